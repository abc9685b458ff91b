/*
 * A server: the record that the core and the host share.
 *
 * Invariants:
 * - The host knows the record from weft__host_listen until weft__server_failed
 *   or weft__host_unlisten.
 * - The record is freed when it does not listen, has no connections, the
 *   program has given its handle back and nobody waits.
 * - A connection counts until its stream's record is freed: that is, until its
 *   task has ended and its stream is closed.
 */
#ifndef WEFT_SRC_SERVER_H
#define WEFT_SRC_SERVER_H

#include "stream.h"

#include <weft/server.h>

typedef enum weft__server_state {
  WEFT__SERVER_STARTING,
  WEFT__SERVER_LISTENING,
  WEFT__SERVER_CLOSED,
} weft__server_state;

typedef struct weft__server {
  weft__record record;
  uint8_t state; /* weft__server_state */
  bool full;     /* the host was told not to accept */
  intptr_t host; /* the back end's own */
  int port;
  weft_connection_fn fn;
  void *arg;
  const char *name, *site; /* of fn, and where the server was started */
  weft_server_options options;
  weft__list streams;           /* of weft__stream.peer */
  size_t count;                 /* of these */
  weft__list starters, closers; /* of weft__stream_wait */
  uint32_t waits;               /* tasks inside a call that waits */
  int error;                    /* why it could not listen */
  char *error_text;
} weft__server;

/* ---- what the host tells */

/* weft__server_listening: it listens, on that TCP port (or 0). */
void weft__server_listening(weft__server *server, int port);

/* weft__server_failed: it cannot listen; the host has forgotten the record. */
void weft__server_failed(weft__server *server, int code, const char *text);

/*
 * weft__server_accept makes the stream of a new connection, which the host
 * knows from now on, or NULL: the connection is then to be dropped. The host
 * sets s->host. It does not read before it is told to.
 */
weft__stream *weft__server_accept(weft__server *server,
                                  const weft__stream_ops *ops);

#endif
