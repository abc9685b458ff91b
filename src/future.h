/*
 * Futures: a result that will be there later, and who waits for it.
 *
 * Invariants:
 * - A record lives in a pool that is never given back, so looking at a stale
 *   handle is safe. A handle is the record's address plus its generation,
 *   which changes when the last handle is released and when the record is.
 * - A record is freed when nobody holds a handle and nothing pins it.
 * - A future completes exactly once; its callbacks become ready in the order
 *   in which they were added.
 */
#ifndef WEFT_SRC_FUTURE_H
#define WEFT_SRC_FUTURE_H

#include "loop.h"

#include <weft/task.h>

typedef enum weft__state {
  WEFT__FREE, /* the record is not in use */
  WEFT__PENDING,
  WEFT__DONE,
  WEFT__CANCELLED,
} weft__state;

typedef struct weft__future {
  weft__list callbacks; /* of weft__handle; also the free record's node */
  uint8_t generation;   /* 0 .. WEFT__GENERATIONS - 1 */
  uint8_t state;        /* weft__state */
  bool is_task;
  bool taken;       /* somebody has looked at its result */
  int result;       /* once DONE; WEFT_ECANCELED once CANCELLED */
  uint32_t handles; /* how many the program holds */
  uint32_t pins;    /* how many of our own structures point here */
  char *message;    /* what weft_errmsg tells of its error; malloc'd, or NULL */
  int message_code;
  /* Asks it to end; false when that is too late. Never NULL. */
  bool (*cancel)(struct weft__future *future);
  /* What it stands for, and what is done when its record is freed, or NULL. */
  void *owner;
  void (*dropped)(struct weft__future *future);
} weft__future;

enum { WEFT__GENERATIONS = 64 }; /* also the alignment of a record */

/* The handle of a record, and the record of a handle. */
static inline weft_future *weft__handle_of(weft__future *future) {
  return (weft_future *)(void *)((char *)future + future->generation);
}

/*
 * weft__lookup gives the record, or NULL for a stale handle or NULL;
 * weft__lookup_error is then the error to return, its message set.
 */
static inline weft__future *weft__lookup(weft_future *handle) {
  uintptr_t bits = (uintptr_t)handle;
  uintptr_t tag = bits & (WEFT__GENERATIONS - 1);
  weft__future *future = (weft__future *)(bits - tag);
  if (!future || future->generation != tag || future->state == WEFT__FREE) {
    return NULL;
  }
  return future;
}
int weft__lookup_error(weft_future *handle);

static inline bool weft__done(const weft__future *future) {
  return future->state != WEFT__PENDING;
}

/*
 * weft__future_new makes a pending future with no handle and no pin, or NULL.
 * It is cancelled by completing it.
 */
weft__future *weft__future_new(void);

/* weft__future_new_task: the same, the future of a weft__task (task.h). */
weft__future *weft__future_new_task(void);

/*
 * weft__complete gives a pending future its result (WEFT_ECANCELED: it is
 * cancelled) and makes its callbacks ready.
 */
void weft__complete(weft__future *future, int result);

/* weft__take marks an error as seen and returns the result, with its message. */
int weft__take(weft__future *future);

/* A reference of our own; unpinning may free the record. */
static inline void weft__pin(weft__future *future) { future->pins++; }
void weft__unpin(weft__future *future);

/* Adds a handle that the caller's program will own. */
weft_future *weft__handle_new(weft__future *future);

/* At the end of a run: makes every handle stale, reports errors not taken. */
void weft__futures_close(void);

#endif
