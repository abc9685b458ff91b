/* The standard streams as streams: the C half of web/library_stdstream.js. */
#include "js_stream.h"

void weft__js_open_input(weft__stream *s);
void weft__js_open_output(weft__stream *s, int fd);

int weft__host_open_input(weft__stream *s) {
  s->ops = &weft__js_whole_ops;
  weft__js_open_input(s);
  return 0;
}

int weft__host_open_output(weft__stream *s, int fd) {
  s->ops = &weft__js_whole_ops;
  weft__js_open_output(s, fd);
  return 0;
}
