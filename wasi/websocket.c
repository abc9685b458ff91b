/* WebSockets: WASI has none. */
#include "error.h"
#include "host_websocket.h"

int weft__host_websocket(struct weft__stream *s, const char *url,
                         const char *protocols) {
  (void)s, (void)url, (void)protocols;
  return weft__fail(WEFT_ENOTSUP, "WASI has no WebSockets: use "
                                  "weft_open_connection, or a host with them");
}

bool weft__host_websocket_send(struct weft__stream *s, int kind,
                               const void *data, size_t size) {
  (void)s, (void)kind, (void)data, (void)size;
  return false;
}

void weft__host_websocket_reason(struct weft__stream *s, int code,
                                 const char *reason) {
  (void)s, (void)code, (void)reason;
}
