#include "http_url.h"

#include "error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int refuse(const char *text, const char *why) {
  return weft__fail(WEFT_EINVAL, "%s: %s", text, why);
}

/* The length of "http://" or "https://" at the start, or 0. */
static size_t scheme_length(const char *text) {
  if (!strncasecmp(text, "https://", 8)) return 8;
  return strncasecmp(text, "http://", 7) ? 0 : 7;
}

/* Bytes outside ASCII as %XX, with a NUL behind them. */
static void copy_escaped(char *to, const char *from, size_t size) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)from[i];
    if (c <= '~') {
      *to++ = (char)c;
    } else {
      *to++ = '%';
      *to++ = digits[c >> 4];
      *to++ = digits[c & 15];
    }
  }
  *to = 0;
}

int weft__url_parse(weft__url *url, const char *text) {
  *url = (weft__url){0};
  size_t scheme = scheme_length(text);
  if (!scheme) return refuse(text, "not a URL of http: or https:");
  size_t host = strcspn(text + scheme, "/?#");
  if (!host) return refuse(text, "the URL names no host");
  for (size_t i = 0; text[i]; i++) {
    if ((unsigned char)text[i] <= ' ') return refuse(text, "a blank in a URL");
    if (text[i] == '@' && i < scheme + host) {
      return refuse(text, "a URL with a user's name");
    }
  }
  for (size_t i = scheme; i < scheme + host; i++) {
    if ((unsigned char)text[i] > '~')
      return refuse(text, "a host not in ASCII");
  }
  const char *rest = text + scheme + host;
  size_t length = strcspn(rest, "#");
  size_t slash = *rest != '/'; /* "http://host?query" has the path "/" */
  url->text = malloc(scheme + host + slash + 3 * length + 1);
  if (!url->text) return weft__fail(WEFT_ENOMEM, "no memory for a URL");
  url->secure = scheme == 8;
  url->authority = scheme;
  url->path = scheme + host;
  memcpy(url->text, text, scheme + host);
  url->text[url->path] = '/';
  copy_escaped(url->text + url->path + slash, rest, length);
  return 0;
}

/* Whether it begins with a scheme, of whatever kind. */
static bool is_absolute(const char *reference) {
  const char *c = reference;
  while (isalnum((unsigned char)*c) || (*c && strchr("+-.", *c))) c++;
  return *c == ':' && isalpha((unsigned char)*reference);
}

int weft__url_join(weft__url *url, const weft__url *base,
                   const char *reference) {
  if (is_absolute(reference)) return weft__url_parse(url, reference);
  /* How much of the base stays: "//host/…", "/path", "?query" or "path". */
  size_t keep = base->path;
  if (!*reference || *reference == '#') {
    keep = strlen(base->text);
  } else if (reference[0] == '/' && reference[1] == '/') {
    keep = base->authority - 2;
  } else if (reference[0] != '/') {
    keep += strcspn(base->text + keep, "?");
    while (reference[0] != '?' && base->text[keep - 1] != '/') keep--;
  }
  char *text = malloc(keep + strlen(reference) + 1);
  if (!text) return weft__fail(WEFT_ENOMEM, "no memory for a URL");
  memcpy(text, base->text, keep);
  strcpy(text + keep, reference);
  int rc = weft__url_parse(url, text);
  free(text);
  return rc;
}

bool weft__url_same_origin(const weft__url *a, const weft__url *b) {
  return a->path == b->path && !strncasecmp(a->text, b->text, a->path);
}

void weft__url_free(weft__url *url) {
  free(url->text);
  url->text = NULL;
}
