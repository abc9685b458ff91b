/* TLS contexts: the options of a weft_tls, as Mbed TLS takes them. */
#include "config.h"

#include "../../src/tls.h"
#include "error.h"
#include "host_stream.h"

#include <mbedtls/error.h>
#include <psa/crypto.h>
#include <stdlib.h>
#include <string.h>

void weft__tls_config_release(weft__tls_config *config) {
  if (--config->references) return;
  mbedtls_ssl_config_free(&config->ssl);
  mbedtls_x509_crt_free(&config->trusted);
  mbedtls_x509_crt_free(&config->own);
  mbedtls_pk_free(&config->key);
  free(config->alpn);
  free(config->alpn_text);
  free(config);
}

static int refused(const char *what, int error) {
  if (error == MBEDTLS_ERR_X509_ALLOC_FAILED) {
    return weft__fail(WEFT_ENOMEM, "no memory for %s", what);
  }
  char text[160];
  mbedtls_strerror(error, text, sizeof text);
  return weft__fail(WEFT_ECERT, "%s cannot be read: %s", what, text);
}

static int parse_certificates(mbedtls_x509_crt *list, const char *text,
                              const char *what) {
  int rc = mbedtls_x509_crt_parse(list, (const unsigned char *)text,
                                  strlen(text) + 1);
  if (rc > 0) {
    return weft__fail(WEFT_ECERT, "%s: %d of them cannot be read", what, rc);
  }
  return rc < 0 ? refused(what, rc) : 0;
}

static int set_trust(weft__tls_config *c, const struct weft_tls *tls) {
  const weft_tls_options *o = &tls->options;
  bool verify = tls->server ? o->ca != NULL : !o->insecure_no_verification;
  mbedtls_ssl_conf_authmode(&c->ssl, verify ? MBEDTLS_SSL_VERIFY_REQUIRED
                                            : MBEDTLS_SSL_VERIFY_NONE);
  if (!verify) return 0;
  mbedtls_x509_crt *roots = &c->trusted;
  if (o->ca) {
    int rc = parse_certificates(roots, o->ca, "the certificates in ca");
    if (rc < 0) return rc;
  } else {
    roots = weft__tls_roots();
    if (!roots) return WEFT_ECERT;
  }
  mbedtls_ssl_conf_ca_chain(&c->ssl, roots, NULL);
  return 0;
}

static int set_identity(weft__tls_config *c, const weft_tls_options *o) {
  if (!o->certificate && !o->key) return 0;
  if (!o->certificate || !o->key) {
    return weft__fail(WEFT_EINVAL, "a certificate and its key go together");
  }
  int rc = parse_certificates(&c->own, o->certificate, "the certificate");
  if (rc < 0) return rc;
  rc =
      mbedtls_pk_parse_key(&c->key, (const unsigned char *)o->key,
                           strlen(o->key) + 1, NULL, 0, weft__tls_random, NULL);
  if (rc) return refused("the key", rc);
  if (mbedtls_pk_check_pair(&c->own.pk, &c->key, weft__tls_random, NULL)) {
    return weft__fail(WEFT_ECERT, "the key is not the certificate's");
  }
  rc = mbedtls_ssl_conf_own_cert(&c->ssl, &c->own, &c->key);
  return rc ? weft__fail(WEFT_ENOMEM, "no memory for the certificate") : 0;
}

/* "h2,http/1.1" as a list of strings. */
static int set_alpn(weft__tls_config *c, const char *names) {
  if (!names) return 0;
  size_t count = 1;
  for (const char *p = names; *p; p++) count += *p == ',';
  c->alpn_text = strdup(names);
  c->alpn = calloc(count + 1, sizeof *c->alpn);
  if (!c->alpn_text || !c->alpn) {
    return weft__fail(WEFT_ENOMEM, "no memory for the protocols in alpn");
  }
  char *p = c->alpn_text;
  for (size_t i = 0; i < count; i++) {
    c->alpn[i] = p;
    p += strcspn(p, ",");
    *p++ = 0;
  }
  if (mbedtls_ssl_conf_alpn_protocols(&c->ssl, c->alpn)) {
    return weft__fail(WEFT_EINVAL, "alpn has a name that is empty or too long");
  }
  return 0;
}

static int set_all(weft__tls_config *c, const struct weft_tls *tls) {
  if (psa_crypto_init() != PSA_SUCCESS ||
      mbedtls_ssl_config_defaults(
          &c->ssl, tls->server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
          MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT)) {
    return weft__fail(WEFT_ENOMEM, "no memory for a TLS context");
  }
  mbedtls_ssl_conf_rng(&c->ssl, weft__tls_random, NULL);
  mbedtls_ssl_conf_min_tls_version(&c->ssl, MBEDTLS_SSL_VERSION_TLS1_2);
  int rc = set_identity(c, &tls->options);
  if (rc == 0) rc = set_alpn(c, tls->options.alpn);
  if (rc == 0) rc = set_trust(c, tls);
  return rc;
}

int weft__host_tls_new(struct weft_tls *tls) {
  weft__tls_config *c = calloc(1, sizeof *c);
  if (!c) return weft__fail(WEFT_ENOMEM, "no memory for a TLS context");
  c->references = 1;
  mbedtls_ssl_config_init(&c->ssl);
  mbedtls_x509_crt_init(&c->trusted);
  mbedtls_x509_crt_init(&c->own);
  mbedtls_pk_init(&c->key);
  int rc = set_all(c, tls);
  if (rc < 0) {
    weft__tls_config_release(c);
    return rc;
  }
  tls->host = (intptr_t)c;
  return 0;
}

void weft__host_tls_free(struct weft_tls *tls) {
  weft__tls_config_release((weft__tls_config *)tls->host);
}
