/*
 * URLs, by each of the parsers that there are: of weft_fetch on WASI (what a
 * redirect names is the peer's), of WEFT_EXECUTOR, and of the examples.
 * The input: a URL, and after a NUL a reference that is resolved against it.
 */
#include "../../examples/url.h"
#include "../../wasi/http_url.h"
#include "fuzz.h"
#include "remote.h"
#include "stream.h"

#include <strings.h>
#include <weft.h>

/* What holds for all that was taken apart. */
static void check_parts(const weft__url *url) {
  size_t scheme = url->secure ? 8 : 7;
  CHECK(!strncasecmp(url->text, url->secure ? "https://" : "http://", scheme));
  CHECK(url->authority == scheme && url->path > scheme);
  CHECK(url->text[url->path] == '/');
  for (size_t i = scheme; i < url->path; i++) {
    CHECK(!strchr("/?#@", url->text[i]));
  }
  for (const char *c = url->text; *c; c++) {
    CHECK(*c > ' ' && *c <= '~' && *c != '#');
  }
}

static void check_fetch(const char *text, const char *reference) {
  weft__url url, again, joined;
  if (weft__url_parse(&url, text) < 0) return;
  check_parts(&url);
  CHECK(weft__url_parse(&again, url.text) == 0);
  CHECK(!strcmp(again.text, url.text) && weft__url_same_origin(&url, &again));
  weft__url_free(&again);
  if (weft__url_join(&joined, &url, reference) == 0) {
    check_parts(&joined);
    if (!*reference) CHECK(!strcmp(joined.text, url.text));
    if (reference[0] == '/' && reference[1] != '/') {
      CHECK(weft__url_same_origin(&url, &joined));
    }
    weft__url_free(&joined);
  }
  weft__url_free(&url);
}

static void check_executor(const char *text) {
  int rc;
  weft__remote *remote = weft__remote_new(text, "token", NULL, &rc);
  CHECK(remote ? rc == 0 : rc == WEFT_EINVAL || rc == WEFT_ENOTSUP);
  if (!remote) return;
  for (size_t i = 0; i < remote->count; i++) {
    const weft__server *s = &remote->servers[i];
    CHECK(s->host[0] && s->port >= 1 && s->port <= 65535);
    CHECK(!s->path[0] || s->path[0] == '/');
  }
  weft__remote_release(remote);
}

static void check_example(const char *text) {
  url u;
  if (!parse_url(text, &u)) return;
  CHECK(u.host[0] && strlen(u.host) < sizeof u.host);
  CHECK(u.path[0] && strlen(u.path) < sizeof u.path);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  char *text = malloc(size + 2); /* exactly: to see what reads beyond */
  CHECK(text);
  memcpy(text, data, size);
  text[size] = text[size + 1] = 0;
  check_fetch(text, text + strlen(text) + (strlen(text) < size));
  check_executor(text);
  check_example(text);
  free(text);
  return 0;
}

/* ---- what the executor's half wants that is linked, but not used here */

int weft__host_connect(weft__stream *s, const weft__target *target) {
  (void)s, (void)target;
  abort();
}

void weft__host_print(int fd, const char *bytes, size_t size) {
  (void)fd, (void)bytes, (void)size;
}
