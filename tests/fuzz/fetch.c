/*
 * Requests on WASI, natively: wasi/fetch over a wasi:http that is made up.
 * Whatever that answers, in whatever order and pieces, and whichever allocation
 * fails: the request ends, what is read is what was sent, each of the host's
 * resources is dropped once, in an order that it permits, and nothing leaks.
 *
 * The input: how it is asked (bits: see below); when to cancel; which
 * allocation fails (0: none); then what the host answers to each call, until
 * it is used up: from then on all goes well.
 */
#include "allocator.h"
#include "fuzz.h"
#include "http_host.h"
#include "http_request.h"
#include "stream.h"

#include <weft.h>

enum { BODY = 1, STREAMED = 2, NO_REDIRECTS = 4, DELETE = 8, CANCELLED = 16 };

/* ---- the program */

static unsigned how;

/* The peer whose bytes are the request's body. */
static int give(weft_stream *stream, void *arg) {
  (void)arg;
  char data[100] = "some of it";
  int rc = weft_write(stream, data, sizeof data);
  return rc < 0 ? rc : weft_drain(stream);
}

static void read_response(weft_stream *response) {
  char data[100], text[8];
  weft_get_extra_info(response, "status", text, sizeof text);
  weft_get_extra_info(response, "url", text, sizeof text);
  int length =
      weft_get_extra_info(response, "header:x-some", text, sizeof text);
  CHECK(length < 0 || strlen(text) <= (size_t)length);
  size_t got = 0;
  int rc;
  while ((rc = weft_read(response, data, 1 + how % sizeof data)) > 0) {
    for (int i = 0; i < rc; i++) {
      CHECK((unsigned char)data[i] == byte_of(got++));
    }
  }
  if (rc < 0 && rc != WEFT_ECANCELED) CHECK(weft_errmsg(rc)[0]);
}

static int ask(void *arg) {
  weft_stream *body = arg, *response;
  const weft_header headers[] = {{"x-a", "1"}, {"Authorization", "me"}};
  weft_fetch_options options = {
      .method = how & DELETE ? "DELETE" : NULL,
      .headers = headers,
      .header_count = 2,
      .body = how & BODY ? "from memory" : NULL,
      .body_size = how & BODY ? 11 : 0,
      .body_stream = body,
      .no_redirects = how & NO_REDIRECTS,
  };
  int rc = weft_fetch("http://host/path?query", &options, &response);
  if (rc < 0) return 0;
  read_response(response);
  return weft_stream_release(response);
}

static int run(void *arg) {
  (void)arg;
  how = next(&script);
  unsigned passes = next(&script) % 32, fails = next(&script);
  weft_server *server;
  weft_stream *body = NULL;
  CHECK(weft_start_server(give, NULL, "host", 1000, NULL, &server) == 0);
  if (how & STREAMED) {
    CHECK(weft_open_connection("host", 1000, NULL, &body) == 0);
  }
  test_fail_allocation(fails % 128, fails >= 128);
  weft_task *task = weft_create_task(ask, body);
  for (unsigned i = 0; task && !weft_done(task); i++) {
    weft_sleep(0);
    fire(script.size ? next(&script) : ~0u);
    if ((how & CANCELLED) && i == passes) weft_cancel(task);
    CHECK(i < 100000);
  }
  test_fail_allocation(0, false);
  if (body) weft_stream_release(body);
  weft_server_abort_clients(server);
  return weft_server_shutdown(server, 1);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  script = (input){data, size};
  answered = 0;
  CHECK(weft_run(run, NULL) == 0);
  for (int i = 0; i < KINDS; i++) CHECK(!alive[i]);
  for (int i = 0; i < MOST_WATCHES; i++) CHECK(!watches[i]);
  return 0;
}
