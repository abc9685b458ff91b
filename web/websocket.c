/* WebSockets: the C half of web/library_websocket.js. */
#include "error.h"
#include "host_websocket.h"
#include "js_stream.h"

void weft__js_websocket(weft__stream *s, const char *url,
                        const char *protocols);
/* Bytes that are unsent afterwards, or -1 when the peer has closed. */
double weft__js_websocket_send(weft__stream *s, bool text, const void *data,
                               size_t size);
void weft__js_websocket_reason(weft__stream *s, int code, const char *reason);

int weft__host_websocket(weft__stream *s, const char *url,
                         const char *protocols) {
  s->ops = &weft__js_whole_ops;
  weft__js_websocket(s, url, protocols);
  return 0;
}

bool weft__host_websocket_send(weft__stream *s, int kind, const void *data,
                               size_t size) {
  double unsent = weft__js_websocket_send(s, kind == WEFT_TEXT, data, size);
  if (unsent < 0) return false;
  s->in_flight = (size_t)unsent;
  return true;
}

void weft__host_websocket_reason(weft__stream *s, int code,
                                 const char *reason) {
  weft__js_websocket_reason(s, code, reason);
}
