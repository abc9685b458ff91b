/* Each kind of stream under the calls that are not for it: an error each. */
#include "../lib/cases.h"

#include <string.h>

static weft_tls *tls; /* NULL where there is none */

/* What cannot be written, and on which TLS cannot be started. */
static void check_unwritable(weft_stream *s, int error) {
  weft_bytes piece = {"x", 1};
  CHECK_EQUAL(weft_write(s, "x", 1), error);
  CHECK_EQUAL(weft_writelines(s, &piece, 1), error);
  CHECK_EQUAL(weft_drain(s), 0);
  if (tls) CHECK_EQUAL(weft_start_tls(s, tls, "localhost"), WEFT_EINVAL);
}

/* What has messages in place of bytes. */
static void check_messages(weft_stream *s) {
  char data[10], *line;
  const char *there;
  check_unwritable(s, WEFT_ENOTSUP);
  CHECK_EQUAL(weft_write_eof(s), WEFT_ENOTSUP);
  CHECK_EQUAL(weft_read(s, data, sizeof data), WEFT_ENOTSUP);
  CHECK_EQUAL(weft_readexactly(s, data, 1), WEFT_ENOTSUP);
  CHECK_EQUAL(weft_readline(s, &line), WEFT_ENOTSUP);
  CHECK_EQUAL(weft_readuntil(s, "x", 1, &line), WEFT_ENOTSUP);
  CHECK_EQUAL(weft_readall(s, 10, &line), WEFT_ENOTSUP);
  CHECK_EQUAL(weft_peek(s, &there), WEFT_ENOTSUP);
  CHECK_EQUAL(weft_consume(s, 0), WEFT_ENOTSUP);
}

static int udp(void *arg) {
  (void)arg;
  weft_stream *s;
  int rc = weft_open_udp("127.0.0.1", 0, &s);
  if (rc == WEFT_ENOTSUP) return 0; /* a page */
  CHECK_EQUAL(rc, 0);
  check_messages(s);
  weft_close(s);
  char name[64];
  weft_get_extra_info(s, "sockname", name, sizeof name); /* or not any more */
  CHECK_EQUAL(weft_udp_send(s, "127.0.0.1", 9, "x", 1), WEFT_ECLOSED);
  CHECK_EQUAL(weft_write_eof(s), WEFT_ECLOSED);
  CHECK_EQUAL(weft_wait_closed(s), 0);
  return 0;
}

static int input(void *arg) {
  (void)arg;
  weft_stream *s, *second;
  char data[1];
  CHECK_EQUAL(weft_open_stdin(&s), 0);
  CHECK_EQUAL(weft_open_stdin(&second), WEFT_EALREADY);
  check_unwritable(s, WEFT_ECLOSED);
  CHECK_EQUAL(weft_write_eof(s), 0);
  CHECK_EQUAL(weft_read(s, data, 1), 0);
  weft_close(s);
  return weft_wait_closed(s);
}

static int output(void *arg) {
  (void)arg;
  weft_stream *s;
  char data[1];
  CHECK_EQUAL(weft_open_stderr(&s), 0);
  CHECK_EQUAL(weft_read(s, data, 1), 0);
  CHECK_EQUAL(weft_write_eof(s), WEFT_ENOTSUP);
  if (tls) CHECK_EQUAL(weft_start_tls(s, tls, "localhost"), WEFT_EINVAL);
  weft_close(s);
  CHECK_EQUAL(weft_write(s, "x", 1), WEFT_ECLOSED);
  return weft_wait_closed(s);
}

static int no_peer(void *arg) {
  (void)arg;
  weft_stream *s;
  CHECK_EQUAL(weft_open_connection("", 80, NULL, &s), WEFT_EINVAL);
  CHECK_EQUAL(weft_open_connection(NULL, 80, NULL, &s), WEFT_EINVAL);
  CHECK_EQUAL(weft_open_connection("127.0.0.1", 0, NULL, &s), WEFT_EINVAL);
  CHECK_EQUAL(weft_open_udp("127.0.0.1", 65536, &s), WEFT_EINVAL);
  CHECK_EQUAL(weft_fetch("", NULL, &s), WEFT_EINVAL);
  weft_header nameless = {NULL, "x"}, valueless = {"x", NULL};
  weft_fetch_options options = {.headers = &nameless, .header_count = 1};
  CHECK_EQUAL(weft_fetch("http://127.0.0.1:9/", &options, &s), WEFT_EINVAL);
  options.headers = &valueless;
  CHECK_EQUAL(weft_fetch("http://127.0.0.1:9/", &options, &s), WEFT_EINVAL);
  CHECK_EQUAL(weft_websocket_connect("", NULL, &s), WEFT_EINVAL);
  CHECK_EQUAL(weft_read(NULL, NULL, 0), WEFT_EINVAL);
  CHECK_EQUAL(weft_write(NULL, "", 0), WEFT_EINVAL);
  CHECK_EQUAL(weft_server_port(NULL), WEFT_EINVAL);
  return 0;
}

/* ---- two tasks at one stream */

typedef struct reader {
  weft_stream *stream;
  char data[8];
  int rc;
} reader;

static int read_some(void *arg) {
  reader *r = arg;
  r->rc = weft_read(r->stream, r->data, sizeof r->data);
  return 0;
}

static int greet(weft_stream *s, void *arg) {
  weft_event *event = arg;
  weft_event_wait(event);
  weft_write(s, "hello", 5);
  char byte;
  return weft_read(s, &byte, 1); /* until the client has gone */
}

static int two_readers(void *arg) {
  (void)arg;
  weft_event event = {0};
  weft_server *server;
  int rc = weft_start_server(greet, &event, "127.0.0.1", 0, NULL, &server);
  if (rc == WEFT_ENOTSUP) return 0; /* a page */
  CHECK_EQUAL(rc, 0);
  reader first = {.rc = 1}, second = {.rc = 1};
  int port = weft_server_port(server);
  CHECK_EQUAL(weft_open_connection("127.0.0.1", port, NULL, &first.stream), 0);
  second.stream = first.stream;

  /* One that was cancelled is at it until it has ended. */
  weft_task *task = weft_create_task(read_some, &first);
  pass(1);
  weft_cancel(task);
  CHECK_EQUAL(weft_read(second.stream, second.data, 5), WEFT_EALREADY);
  CHECK_EQUAL(weft_await(task), 0);
  CHECK_EQUAL(first.rc, WEFT_ECANCELED);
  weft_release(task);

  /* One that was woken, too: nobody takes its bytes. */
  task = weft_create_task(read_some, &first);
  pass(1);
  weft_event_set(&event);
  while (!weft_done(task)) {
    rc = weft_read(second.stream, second.data, 5);
    if (!weft_done(task)) CHECK_EQUAL(rc, WEFT_EALREADY);
    pass(1);
  }
  weft_release(task);
  CHECK_EQUAL(first.rc, 5);
  CHECK(!memcmp(first.data, "hello", 5));
  weft_stream_release(first.stream);
  return weft_server_shutdown(server, 10);
}

int main(void) {
  if (weft_tls_client(NULL, &tls) < 0) tls = NULL;
  int rc = run_cases((test_case[]){
      {"datagrams are not read and written as bytes", udp},
      {"the standard input cannot be written", input},
      {"the standard error cannot be read, nor ended by halves", output},
      {"what names no peer is refused", no_peer},
      {"a second reader is told so until the first has ended", two_readers},
      {NULL},
  });
  weft_tls_free(tls);
  return rc;
}
