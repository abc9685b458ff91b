/*
 * Out of memory in clients, servers, datagrams, messages, requests and files,
 * over the hosts of tests/native.
 */
#include "allocation.h"

enum { SIZE = 300, PORT = 1001, CLIENTS = 6 };

static char text[SIZE + 1];

/* Answers lines with lines, then sends all the rest back. */
static int serve(weft_stream *stream, void *arg) {
  (void)arg;
  char *line, *rest;
  int rc = weft_readline(stream, &line);
  if (rc > 0) rc = weft_write(stream, line, (size_t)rc);
  if (rc >= 0) rc = weft_readuntil(stream, "--", 2, &line);
  if (rc > 0) rc = weft_write(stream, line, (size_t)rc);
  if (rc >= 0) rc = weft_readall(stream, 10 * SIZE, &rest);
  if (rc > 0) {
    weft_bytes pieces[] = {{rest, (size_t)rc / 2},
                           {rest + rc / 2, (size_t)(rc - rc / 2)}};
    rc = weft_writelines(stream, pieces, 2);
  }
  if (rc >= 0) rc = weft_drain(stream);
  return tell(rc);
}

static int talk(weft_stream *stream) {
  char *line, bytes[SIZE];
  const char *there;
  TRY(weft_write(stream, "one line\n", 9));
  TRY(weft_drain(stream));
  TRY(weft_readline(stream, &line));
  if (strcmp(line, "one line\n") != 0) return WEFT_EINCOMPLETE;
  TRY(weft_write(stream, "one more--", 10));
  TRY(weft_readuntil(stream, "--", 2, &line));
  TRY(weft_write(stream, text, SIZE));
  TRY(weft_write_eof(stream));
  TRY(weft_drain(stream));
  TRY(weft_readexactly(stream, bytes, 10));
  int rc = weft_peek(stream, &there);
  if (rc <= 0) return rc < 0 ? rc : WEFT_EINCOMPLETE;
  TRY(weft_consume(stream, 1));
  TRY(weft_readexactly(stream, bytes, SIZE - 11));
  return memcmp(bytes, text + 11, SIZE - 11) ? WEFT_EPROTO : 0;
}

static int client(void *arg) {
  (void)arg;
  weft_stream *stream;
  weft_stream_options options = {.limit = 32, .high = 64, .timeout = 60};
  TRY(weft_open_connection("peer", PORT, &options, &stream));
  int rc = talk(stream);
  weft_close(stream);
  int closed = weft_wait_closed(stream);
  return rc < 0 ? tell(rc) : closed;
}

static int clients(void) {
  weft_task *tasks[CLIENTS];
  int rc = 0;
  for (int i = 0; i < CLIENTS; i++) {
    tasks[i] = weft_create_task(client, NULL);
    if (!tasks[i]) rc = WEFT_ENOMEM;
  }
  for (int i = 0; i < CLIENTS; i++) {
    int ended = tasks[i] ? weft_await_release(tasks[i]) : 0;
    if (rc >= 0) rc = ended;
  }
  return rc;
}

static int servers(void) {
  weft_server *server;
  weft_server_options options = {.stream = {.high = 50}};
  TRY(weft_start_server(serve, NULL, NULL, PORT, &options, &server));
  int rc = clients();
  int ended = weft_server_shutdown(server, 60);
  return rc < 0 ? rc : ended;
}

static int datagrams(void) {
  weft_stream *udp;
  weft_datagram datagram;
  TRY(weft_open_udp(NULL, 0, &udp));
  TRY(weft_udp_send(udp, "there", 7, text, 20));
  TRY(weft_udp_send(udp, "there", 7, text, SIZE));
  TRY(weft_udp_receive(udp, &datagram));
  TRY(weft_udp_receive(udp, &datagram));
  weft_close(udp);
  return weft_wait_closed(udp);
}

static int messages(void) {
  weft_stream *socket;
  weft_message message;
  weft_websocket_options options = {.timeout = 60};
  TRY(weft_websocket_connect("ws://there", &options, &socket));
  TRY(weft_websocket_send(socket, WEFT_TEXT, text, SIZE));
  TRY(weft_websocket_receive(socket, &message));
  TRY(weft_websocket_send(socket, WEFT_BINARY, text, SIZE));
  TRY(weft_websocket_receive(socket, &message));
  TRY(weft_websocket_close(socket, 1000, NULL));
  return weft_wait_closed(socket);
}

static int requests(void) {
  weft_stream *body, *response;
  char *all;
  weft_fetch_options options = {.body = text, .body_size = SIZE, .timeout = 9};
  TRY(weft_fetch("http://there/", &options, &response));
  TRY(weft_readall(response, SIZE, &all));
  weft_close(response);
  TRY(weft_wait_closed(response));
  TRY(weft_open_stdin(&body));
  weft_fetch_options streamed = {.body_stream = body};
  TRY(weft_fetch("http://there/", &streamed, &response));
  TRY(weft_stream_release(body));
  TRY(weft_readall(response, SIZE, &all));
  return weft_stream_release(response);
}

static int files(void) {
  char *data;
  weft_stream *out;
  TRY(weft_write_file("kept", text, 50));
  TRY(weft_read_file("kept", &data));
  free(data);
  int rc = weft_read_file("nowhere", &data);
  if (rc != WEFT_ENOTFOUND) return rc < 0 ? rc : WEFT_EPROTO;
  TRY(weft_open_stdout(&out));
  TRY(weft_write(out, text, SIZE));
  TRY(weft_drain(out));
  return weft_stream_release(out);
}

static int scenario(void *arg) {
  (void)arg;
  memset(text, 'x', SIZE);
  TRY(servers());
  TRY(datagrams());
  TRY(messages());
  TRY(requests());
  return files();
}

int main(void) {
  weft_run_options options = {.virtual_clock = true};
  return fail_each_allocation(scenario, &options, 20);
}
