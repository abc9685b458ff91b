/* An echo server; it prints its port. */
#include <stdio.h>
#include <weft.h>

static int serve(weft_stream *stream, void *arg) {
  (void)arg;
  char data[4096];
  int size, rc;
  while ((size = weft_read(stream, data, sizeof data)) > 0) {
    weft_write(stream, data, (size_t)size);
    if ((rc = weft_drain(stream)) < 0) return rc;
  }
  return size;
}

/* The standard input's end is the server's. */
static int until_input_ends(void) {
  weft_stream *in;
  char byte;
  int rc = weft_open_stdin(&in);
  while (rc >= 0 && (rc = weft_read(in, &byte, 1)) > 0) continue;
  return rc;
}

static int main_task(void *arg) {
  (void)arg;
  weft_server *server;
  weft_server_options options = {.backlog = 1024};
  int rc = weft_start_server(serve, NULL, "127.0.0.1", 0, &options, &server);
  if (rc < 0) return rc;
  printf("%d\n", weft_server_port(server));
  fflush(stdout);
  return until_input_ends();
}

int main(void) { return weft_run(main_task, NULL); }
