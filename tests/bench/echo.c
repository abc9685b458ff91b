/* The echo server of the bench: prints "PORT n", then serves until killed. */
#include <stdio.h>
#include <weft.h>

static int echo(weft_stream *stream, void *arg) {
  (void)arg;
  char data[16 * 1024];
  int size;
  while ((size = weft_read(stream, data, sizeof data)) > 0) {
    weft_write(stream, data, (size_t)size);
    int rc = weft_drain(stream);
    if (rc < 0) return rc;
  }
  return size;
}

static int serve(void *arg) {
  (void)arg;
  weft_server *server;
  weft_server_options options = {.backlog = 2048};
  int rc = weft_start_server(echo, NULL, "127.0.0.1", 0, &options, &server);
  if (rc < 0) {
    fprintf(stderr, "echo: %s\n", weft_errmsg(rc));
    return rc;
  }
  printf("PORT %d\n", weft_server_port(server));
  fflush(stdout);
  return weft_serve_forever(server);
}

int main(void) { return weft_run(serve, NULL) < 0; }
