/*
 * For LD_PRELOAD: a name with the addresses that WEFT_ADDRESSES says, such as
 * "127.0.0.2,127.0.0.1", in this order. So a host's own look-up gives them,
 * after as many milliseconds as WEFT_LOOKUP_MS says.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char name[] = "two.test";

int getaddrinfo(const char *node, const char *service,
                const struct addrinfo *hints, struct addrinfo **result) {
  int (*real)(const char *, const char *, const struct addrinfo *,
              struct addrinfo **);
  *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
  const char *list = getenv("WEFT_ADDRESSES");
  if (!node || !list || strcmp(node, name) != 0) {
    return real(node, service, hints, result);
  }
  const char *ms = getenv("WEFT_LOOKUP_MS");
  if (ms) usleep((useconds_t)atoi(ms) * 1000);
  char *addresses = strdup(list), *rest = addresses, *address;
  struct addrinfo **end = result;
  *result = NULL;
  while ((address = strsep(&rest, ","))) {
    if (real(address, service, hints, end) != 0) continue;
    while (*end) end = &(*end)->ai_next;
  }
  free(addresses);
  return *result ? 0 : EAI_NONAME;
}
