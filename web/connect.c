/*
 * TCP and Unix sockets as a client: the C half of web/library_socket.js, and
 * in a page of web/library_websocket.js.
 */
#include "error.h"
#include "js_stream.h"

/* Whether it is through a gateway. */
bool weft__js_connect(weft__stream *s, const char *host, int port,
                      const char *path, const char *local_host, int local_port,
                      double next_address_after, const char *gateway);

int weft__host_connect(weft__stream *s, const weft__target *t) {
  s->ops = &weft__js_stream_ops;
  if (weft__js_connect(s, t->host, t->port, t->path, t->local_host,
                       t->local_port, (double)t->next_address_after * 1e-6,
                       t->gateway)) {
    s->ops = &weft__js_whole_ops;
  }
  return 0;
}
