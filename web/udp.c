/* UDP of Node.js: the C half of web/library_udp.js. */
#include "error.h"
#include "host_udp.h"
#include "js_stream.h"

bool weft__js_udp(weft__stream *s, const char *host, int port);
/* Bytes that are unsent afterwards. */
double weft__js_udp_send(weft__stream *s, const char *host, int port,
                         const void *data, size_t size);

int weft__host_udp(weft__stream *s, const char *host, int port) {
  if (!weft__js_udp(s, host, port)) {
    return weft__fail(WEFT_ENOTSUP, "a browser page has no UDP");
  }
  s->ops = &weft__js_whole_ops;
  return 0;
}

void weft__host_udp_send(weft__stream *s, const char *host, int port,
                         const void *data, size_t size) {
  s->in_flight = (size_t)weft__js_udp_send(s, host, port, data, size);
}
