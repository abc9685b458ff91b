/*
 * Sends back what it gets, to any number of clients at once.
 *
 *   echo_server [port]
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

/* Runs for each client, as a task of its own. */
static int echo(weft_stream *stream, void *arg) {
  (void)arg;
  char data[16 * 1024];
  int size;
  while ((size = weft_read(stream, data, sizeof data)) > 0) {
    weft_write(stream, data, (size_t)size);
    /* A client that never reads must not fill our memory. */
    int rc = weft_drain(stream);
    if (rc < 0) return rc;
  }
  return size;
}

static int serve(void *arg) {
  weft_server *server;
  int rc =
      weft_start_server(echo, NULL, "127.0.0.1", *(int *)arg, NULL, &server);
  if (rc < 0) {
    fprintf(stderr, "echo_server: %s\n", weft_errmsg(rc));
    return rc;
  }
  printf("listening on port %d\n", weft_server_port(server));
  fflush(stdout);
  return weft_serve_forever(server);
}

int main(int argc, char **argv) {
  int port = argc > 1 ? atoi(argv[1]) : 0;
  return weft_run(serve, &port) < 0;
}
