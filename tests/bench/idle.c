/*
 * The server of the bench's idle connections: echoes lines, and so keeps
 * nothing on its tasks' stacks.
 */
#include "server.h"

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

int main(void) { return run_server(echo_lines); }
