/*
 * The server of the bench's idle connections: echoes lines, and so keeps
 * nothing on its tasks' stacks. Prints "PORT n", then serves until killed.
 */
#include <stdio.h>
#include <weft.h>

static int echo_lines(weft_stream *stream, void *arg) {
  (void)arg;
  char *line;
  int size;
  while ((size = weft_readline(stream, &line)) > 0) {
    int rc = weft_write(stream, line, (size_t)size);
    if (rc < 0) return rc;
  }
  return size;
}

static int serve(void *arg) {
  (void)arg;
  weft_server *server;
  weft_server_options options = {.backlog = 2048};
  int rc =
      weft_start_server(echo_lines, NULL, "127.0.0.1", 0, &options, &server);
  if (rc < 0) {
    fprintf(stderr, "idle: %s\n", weft_errmsg(rc));
    return rc;
  }
  printf("PORT %d\n", weft_server_port(server));
  fflush(stdout);
  return weft_serve_forever(server);
}

int main(void) { return weft_run(serve, NULL) < 0; }
