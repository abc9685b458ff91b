/*
 * The echo server of the bench on WASI, which tells how much of the time it was
 * in the host's poll, waiting included: from the first request until the first
 * connection ends. That is where the time goes when connections are many.
 */
#include "server.h"

#include <stdint.h>

extern int64_t weft__poll_spent; /* of wasi/poll.c */

static double started, ended;
static int64_t spent;

static int echo(weft_stream *stream, void *arg) {
  (void)arg;
  char data[16 * 1024];
  int size, rc = 0;
  while (rc >= 0 && (size = weft_read(stream, data, sizeof data)) > 0) {
    if (!started) {
      started = weft_time();
      spent = weft__poll_spent;
    }
    weft_write(stream, data, (size_t)size);
    rc = weft_drain(stream);
  }
  if (!ended) {
    ended = weft_time();
    double share =
        (double)(weft__poll_spent - spent) * 1e-9 / (ended - started);
    printf("{\"metric\": \"poll share\", \"value\": %.3f, \"unit\": \"\"}\n",
           share);
    fflush(stdout);
  }
  return 0;
}

int main(void) { return run_server(echo); }
