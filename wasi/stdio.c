/* Standard streams: not here yet. */
#include "error.h"
#include "host_stream.h"

int weft__host_open_stdio(struct weft__stream *s, int fd) {
  (void)s, (void)fd;
  return weft__fail(WEFT_ENOTSUP, "this build for WASI has no stdio streams");
}
