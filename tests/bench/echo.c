/* The echo server of the bench. */
#include "server.h"

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

int main(void) { return run_server(echo); }
