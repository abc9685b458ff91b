/*
 * A stream: the record that the core and the host share.
 *
 * The core keeps the buffers, the limits and who waits; the host moves bytes
 * (host_stream.h). Lifetime:
 *
 *   OPENING --opened--> OPEN --weft_close--> CLOSING --lost--> LOST
 *        \________________\________lost________________________/
 *
 * Invariants:
 * - The record is freed when it is LOST, the program has given its handle back
 *   and nobody waits in it.
 * - In OPENING, OPEN and CLOSING the host knows the record; after
 *   weft__stream_lost or ops->abort it does not.
 * - `direct` is set only while a task waits in weft_read or weft_readexactly,
 *   and is filled only while `in` is empty: bytes never overtake each other.
 * - A pointer that a read has given out stays good until the next read: while
 *   `lent` is set nothing moves or frees in.data.
 */
#ifndef WEFT_SRC_STREAM_H
#define WEFT_SRC_STREAM_H

#include "buffer.h"
#include "host_stream.h"
#include "record.h"
#include "task.h"

#include <weft/stream.h>

typedef enum weft__stream_state {
  WEFT__STREAM_OPENING,
  WEFT__STREAM_OPEN,
  WEFT__STREAM_CLOSING,
  WEFT__STREAM_LOST,
} weft__stream_state;

typedef struct weft__stream {
  weft__record record;
  uint8_t state;  /* weft__stream_state */
  bool ended;     /* the peer has ended its half */
  bool paused;    /* the host was told to stop reading */
  bool shut;      /* weft_write_eof was called ... */
  bool shut_done; /* ... and the host told */
  bool closed;    /* the host was told to close */
  bool choked;    /* above the high-water mark, and not yet below the low one */
  bool busy;      /* the host takes no more bytes now */
  bool lent;      /* the program has a pointer into in.data */
  bool placed;    /* weft__stream_room has last given `direct` */
  bool plain;     /* a socket on which TLS was not started yet */
  bool reading;   /* a task is inside a call that reads */

  /* What it has in place of bytes, "datagrams", which functions of their own
     read and write; NULL: bytes. */
  const char *messages;

  const weft__stream_ops *ops;
  intptr_t host;    /* the back end's own */
  size_t in_flight; /* bytes that the host holds */

  /* Reading. */
  weft__buffer in;
  size_t limit;
  weft__list readers;  /* of weft__stream_wait: one at most */
  char *direct;        /* where a waiting read wants its bytes ... */
  size_t direct_size;  /* ... how many fit ... */
  size_t direct_least; /* ... after how many it wakes ... */
  size_t direct_got;   /* ... and how many are there */
  char *old_block;     /* lent, and no longer in.data */
  char *nul;           /* where a NUL was put into in.data ... */
  char under_nul;      /* ... in place of this byte; nul may be NULL */
  size_t partial;

  /* Writing. */
  weft__buffer out;
  size_t high, low;
  weft__list drainers; /* of weft__stream_wait */
  weft__handle flush;  /* sends `out` in the next pass */

  /* Opening and closing. */
  weft__list openers, closers; /* of weft__stream_wait */
  int error;                   /* why it was lost; 0: in good order */
  char *error_text;
  uint32_t waits; /* tasks inside a call that waits */

  /* Of a server's connection (server.c). */
  struct weft__server *server;
  bool overdue;           /* closed, and still not gone a while later */
  weft__node peer;        /* in the server's list */
  weft__handle task_done; /* closes it when its task has ended */

  weft__task *task; /* of a server's connection, or of what sends the body of
                       a request (fetch.c) */
  void (*freed)(struct weft__stream *s); /* or NULL: what to do at the end */
} weft__stream;

/*
 * Calls that a task makes in a loop, or that are large, stay functions of their
 * own (noinline), also where it is their only caller: see asyncify.flags.
 */

/* A task that waits for something of a stream; lives in its frame. */
typedef struct weft__stream_wait {
  weft__wait wait;
  weft__node node; /* alone once it was woken */
  weft__task *task;
} weft__stream_wait;

/*
 * weft__stream_wait_opened waits until the host has told how opening, or
 * starting TLS, has ended: 0 or the error.
 */
int weft__stream_wait_opened(weft__stream *s, const char *what);

bool weft__stream_cancel_wait(weft__task *task);

/* Waits in a list of a stream or server: 0 or WEFT_ECANCELED. */
static inline int weft__stream_suspend(weft__list *list, const char *what) {
  weft__stream_wait w = {.wait = {what, weft__stream_cancel_wait, NULL},
                         .task = weft__loop.current};
  weft__list_append(list, &w.node);
  weft__loop.host_ops++;
  int rc = weft__suspend(&w.wait);
  weft__loop.host_ops--;
  return rc;
}

/* Wakes all that wait in a list. */
void weft__stream_wake(weft__list *list);

enum { WEFT__STREAM_LIMIT = 64 * 1024 };

/* weft__stream_new makes a record, OPENING, or NULL and WEFT_ENOMEM's message.
   Nobody holds a handle yet. options may be NULL. */
weft__stream *weft__stream_new(const weft_stream_options *options);

/* A handle's stream, or NULL; and the error to return then. */
static inline weft__stream *weft__stream_lookup(weft_stream *handle) {
  return weft__record_of(handle);
}
static inline int weft__stream_lookup_error(weft_stream *handle) {
  return weft__record_error(handle, "stream");
}

/*
 * weft__stream_begin gives the stream of a call that reads, writes or waits in
 * the current task; NULL with *error set, and its message.
 */
weft__stream *weft__stream_begin(weft_stream *handle, int *error);

/* weft__stream_broken gives the error of a stream that was lost. */
int weft__stream_broken(weft__stream *s);

/* Frees the record if it can be. */
void weft__stream_settle(weft__stream *s);

/* Closes it in good order, if it is open. */
void weft__stream_close(weft__stream *s);

/* Drops it at once and wakes who waits. The record may be freed by it. */
void weft__stream_abort(weft__stream *s, int error, const char *text);

/* Sends what can be sent, then shuts or closes when that was asked for. */
void weft__stream_flush(weft__stream *s);

/* Starts or stops the host's reading, as what is buffered asks for. */
void weft__stream_pace(weft__stream *s);

/*
 * weft__stream_start_tls speaks TLS from now on: what has arrived is TLS.
 * Suspends until the handshake has ended. After an error it is dead.
 */
int weft__stream_start_tls(weft__stream *s, const weft_tls *tls,
                           const char *server_name, const char *what);

/* Begins a read: gives lent bytes back. */
void weft__stream_unlend(weft__stream *s);

/*
 * weft__stream_lend takes so many bytes, which are there, by lending them to
 * the program, with a NUL behind; it returns size.
 */
int weft__stream_lend(weft__stream *s, size_t size, char **data);

/* weft__stream_check_write: whether more can be written, 0 or the error. */
int weft__stream_check_write(weft__stream *s);

/* weft__stream_check_bytes: whether it has bytes, not messages. */
int weft__stream_check_bytes(const weft__stream *s);

/*
 * weft__stream_readexactly is weft_readexactly, also for messages. Suspends
 * unless all is there.
 */
int weft__stream_readexactly(weft_stream *handle, void *data, size_t size);

/* Bytes not sent yet. */
static inline size_t weft__stream_unsent(const weft__stream *s) {
  return weft__buffer_size(&s->out) + s->in_flight;
}

/* ---- what the host tells */

/* weft__stream_opened: connected, or the TLS handshake is done. */
void weft__stream_opened(weft__stream *s);

/*
 * weft__stream_room gives a place for at least `least` bytes that have arrived,
 * and in *size how many would fit; NULL when memory is out: the stream is then
 * lost already. weft__stream_arrived says how many were put there, next.
 */
char *weft__stream_room(weft__stream *s, size_t least, size_t *size);
void weft__stream_arrived(weft__stream *s, size_t size);

/* weft__stream_ended: the peer has ended its half; nothing more arrives. */
void weft__stream_ended(weft__stream *s);

/*
 * weft__stream_writable: the host takes bytes again; it still holds as many as
 * s->in_flight says, which it has set before.
 */
void weft__stream_writable(weft__stream *s);

/*
 * weft__stream_lost: it is closed, in good order (code 0) or not; the host has
 * forgotten the record. text (or NULL) is a sentence for weft_errmsg.
 */
void weft__stream_lost(weft__stream *s, int code, const char *text);

#endif
