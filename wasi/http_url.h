/* URLs of HTTP requests, and where a redirect leads. */
#ifndef WEFT_WASI_HTTP_URL_H
#define WEFT_WASI_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

/* "https://host:port/path?query": authority and path are places in text. */
typedef struct weft__url {
  char *text; /* malloc'd */
  bool secure;
  size_t authority, path;
} weft__url;

/*
 * weft__url_parse reads an absolute URL; a fragment is left out.
 * Errors: WEFT_EINVAL; WEFT_ENOMEM.
 */
int weft__url_parse(weft__url *url, const char *text);

/* weft__url_join makes the URL of a reference that was found at another. */
int weft__url_join(weft__url *url, const weft__url *base,
                   const char *reference);

/* Whether both are of one scheme, host and port. */
bool weft__url_same_origin(const weft__url *a, const weft__url *b);

void weft__url_free(weft__url *url);

#endif
