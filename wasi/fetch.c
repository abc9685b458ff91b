/* HTTP requests: not here yet. */
#include "error.h"
#include "host_fetch.h"

int weft__host_fetch(struct weft__stream *s, const char *url,
                     const weft_fetch_options *options) {
  (void)s, (void)url, (void)options;
  return weft__fail(WEFT_ENOTSUP, "this build for WASI has no HTTP");
}
