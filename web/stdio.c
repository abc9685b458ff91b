/* The standard streams of Node.js: the C half of web/library_stdstream.js. */
#include "error.h"
#include "js_stream.h"

bool weft__js_open_stdio(weft__stream *s, int fd);

int weft__host_open_stdio(weft__stream *s, int fd) {
  s->ops = &weft__js_stream_ops;
  if (weft__js_open_stdio(s, fd)) return 0;
  return weft__fail(WEFT_ENOTSUP, "a browser page has no standard streams: "
                                  "use stdio");
}
