/* TLS of Node.js: the C half of web/library_tls.js. */
#include "tls.h"

#include "error.h"
#include "js_stream.h"

/* A number for the context, or 0 where there is no TLS. */
int weft__js_tls_new(bool server, const char *ca, const char *certificate,
                     const char *key, const char *alpn, bool insecure);
void weft__js_tls_free(int tls);
void weft__js_tls_start(weft__stream *s, int tls, const char *server_name,
                        const char *arrived, size_t size);

int weft__host_tls_new(weft_tls *tls) {
  const weft_tls_options *o = &tls->options;
  tls->host = weft__js_tls_new(tls->server, o->ca, o->certificate, o->key,
                               o->alpn, o->insecure_no_verification);
  if (tls->host) return 0;
  return weft__fail(WEFT_ENOTSUP, "a browser page has no TLS of its own: use "
                                  "weft_fetch with https:");
}

void weft__host_tls_free(weft_tls *tls) { weft__js_tls_free((int)tls->host); }

int weft__host_tls_start(weft__stream *s, const weft_tls *tls,
                         const char *server_name) {
  weft__js_tls_start(s, (int)tls->host, server_name, weft__buffer_bytes(&s->in),
                     weft__buffer_size(&s->in));
  weft__buffer_free(&s->in);
  return 0;
}
