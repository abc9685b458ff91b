/* TLS contexts: what a program chose, and what the host made of it. */
#ifndef WEFT_SRC_TLS_H
#define WEFT_SRC_TLS_H

#include <stdbool.h>
#include <stdint.h>
#include <weft/stream.h>
#include <weft/tls.h>

struct weft__stream;

/*
 * Streams start TLS through `start` only, so that a program which makes no
 * context carries no TLS.
 */
struct weft_tls {
  int (*start)(struct weft__stream *s, const weft_tls *tls,
               const char *server_name); /* weft__host_tls_start */
  weft_tls_options options;              /* its strings are valid during
                                            weft__host_tls_new only */
  bool server;
  intptr_t host; /* the back end's own */
};

#endif
