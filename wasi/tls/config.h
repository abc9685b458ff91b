/*
 * A TLS context of Mbed TLS: what a weft_tls stands for on this host.
 *
 * Each stream that speaks TLS refers to one, so that the program may free its
 * weft_tls while streams live on.
 */
#ifndef WEFT_WASI_TLS_CONFIG_H
#define WEFT_WASI_TLS_CONFIG_H

#include <mbedtls/ssl.h>
#include <stdint.h>

typedef struct weft__tls_config {
  uint32_t references;
  mbedtls_ssl_config ssl;
  mbedtls_x509_crt trusted; /* the option's; not used with the system's */
  mbedtls_x509_crt own;
  mbedtls_pk_context key;
  char *alpn_text; /* the protocols, each with its NUL */
  const char **alpn;
} weft__tls_config;

/* weft__tls_config_release gives a reference back. */
void weft__tls_config_release(weft__tls_config *config);

/*
 * weft__tls_roots gives the system's certificates, read once and kept, or NULL
 * with the message of WEFT_ECERT set, which says how to make them readable.
 */
mbedtls_x509_crt *weft__tls_roots(void);

/* weft__tls_random is Mbed TLS's f_rng. */
int weft__tls_random(void *unused, unsigned char *bytes, size_t size);

#endif
