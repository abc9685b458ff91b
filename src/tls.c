#include "tls.h"

#include "error.h"
#include "host_stream.h"

#include <stdlib.h>

static int make(const weft_tls_options *options, bool server, weft_tls **tls) {
  *tls = malloc(sizeof **tls);
  if (!*tls) return weft__fail(WEFT_ENOMEM, "no memory for a TLS context");
  **tls = (weft_tls){.start = weft__host_tls_start, .server = server};
  if (options) (*tls)->options = *options;
  int rc = weft__host_tls_new(*tls);
  if (rc < 0) {
    free(*tls);
    *tls = NULL;
  }
  return rc;
}

int weft_tls_client(const weft_tls_options *options, weft_tls **tls) {
  return make(options, false, tls);
}

int weft_tls_server(const weft_tls_options *options, weft_tls **tls) {
  *tls = NULL;
  if (!options || !options->certificate || !options->key) {
    return weft__fail(WEFT_EINVAL,
                      "a TLS server needs a certificate and its key");
  }
  return make(options, true, tls);
}

void weft_tls_free(weft_tls *tls) {
  if (!tls) return;
  weft__host_tls_free(tls);
  free(tls);
}
