/*
 * From a name to addresses, without blocking.
 *
 * A resolver is begun, and calls `done` from the loop, never from within
 * weft__resolve. Addresses are resolved too, at once and without asking the
 * host, who need not permit the look-up of names for them.
 */
#ifndef WEFT_WASI_RESOLVE_H
#define WEFT_WASI_RESOLVE_H

#include "network.h"
#include "poll.h"

typedef struct weft__resolver {
  void (*done)(struct weft__resolver *resolver);

  /* The result: count addresses, or an error with its sentence. */
  weft__address *addresses; /* IPv6 and IPv4 in turn, as the host prefers */
  size_t count;
  int error;
  char text[160];

  /* Its own. */
  int port;
  bool asking;
  size_t capacity;
  ip_name_lookup_own_resolve_address_stream_t answers;
  poll_own_pollable_t ready;
  weft__watch watch;
  weft__handle handle;
} weft__resolver;

/*
 * weft__resolve begins to resolve a name, which need not stay valid; `done`
 * will be called.
 */
void weft__resolve(weft__resolver *resolver, const char *name, int port,
                   void (*done)(weft__resolver *resolver));

/* weft__resolve_end frees what it holds; done is not called any more. */
void weft__resolve_end(weft__resolver *resolver);

#endif
