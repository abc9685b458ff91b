/* UDP: not here yet. */
#include "error.h"
#include "host_udp.h"

int weft__host_udp(struct weft__stream *s, const char *host, int port) {
  (void)s, (void)host, (void)port;
  return weft__fail(WEFT_ENOTSUP, "this build for WASI has no UDP");
}

void weft__host_udp_send(struct weft__stream *s, const char *host, int port,
                         const void *data, size_t size) {
  (void)s, (void)host, (void)port, (void)data, (void)size;
}
