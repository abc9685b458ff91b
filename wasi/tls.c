/* TLS: not here yet. */
#include "error.h"
#include "host_stream.h"

int weft__host_tls_new(struct weft_tls *tls) {
  (void)tls;
  return weft__fail(WEFT_ENOTSUP, "this build for WASI has no TLS");
}

void weft__host_tls_free(struct weft_tls *tls) { (void)tls; }

int weft__host_tls_start(struct weft__stream *s, const struct weft_tls *tls,
                         const char *server_name) {
  (void)s, (void)tls, (void)server_name;
  return WEFT_ENOTSUP;
}
