/* HTTP by fetch: the C half of web/library_fetch.js. */
#include "error.h"
#include "host_fetch.h"
#include "js_stream.h"

void weft__js_fetch(weft__stream *s, const char *url, const char *method,
                    const weft_header *headers, size_t header_count,
                    const void *body, size_t body_size, bool streams_body,
                    bool no_redirects);

int weft__host_fetch(weft__stream *s, const char *url,
                     const weft_fetch_options *o) {
  s->ops = &weft__js_stream_ops;
  bool has_body = o->body || o->body_stream;
  const char *method = o->method ? o->method : has_body ? "POST" : "GET";
  weft__js_fetch(s, url, method, o->headers, o->header_count, o->body,
                 o->body_size, o->body_stream != NULL, o->no_redirects);
  return 0;
}
