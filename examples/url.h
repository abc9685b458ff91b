/* Taking "http://host[:port][/path]" and "https://..." apart. */
#ifndef EXAMPLES_URL_H
#define EXAMPLES_URL_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct url {
  char host[256];
  int port;
  char path[1024];
  bool secure;
} url;

/* Whether the text is such a URL; *u is then what it says. */
static inline bool parse_url(const char *text, url *u) {
  *u = (url){.port = 80};
  if (!strncmp(text, "https://", 8)) {
    u->secure = true;
    u->port = 443;
  } else if (strncmp(text, "http://", 7) != 0) {
    return false;
  }
  text += u->secure ? 8 : 7;
  size_t size = strcspn(text, ":/");
  if (!size || size >= sizeof u->host) return false;
  memcpy(u->host, text, size);
  text += size;
  if (*text == ':') {
    char *end;
    u->port = (int)strtol(text + 1, &end, 10);
    text = end;
  }
  snprintf(u->path, sizeof u->path, "%s", *text ? text : "/");
  return true;
}

#endif
