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

#include <weft/future.h>

typedef enum weft__state {
  WEFT__FREE, /* the record is not in use */
  WEFT__PENDING,
  WEFT__DONE,
  WEFT__CANCELLED,
} weft__state;

typedef struct weft__future {
  weft__list callbacks; /* of weft__handle; also the free record's link */
  uint8_t generation;   /* 0 .. WEFT__GENERATIONS - 1 */
  uint8_t state;        /* weft__state */
  uint8_t units;        /* the record's size in WEFT__RECORD_UNIT */
  bool is_task : 1;
  bool taken : 1;   /* somebody has looked at its result */
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

enum {
  WEFT__GENERATIONS = 64, /* also the alignment of a record */
  WEFT__RECORD_UNIT = WEFT__GENERATIONS,
  WEFT__RECORD_MAX = 6 * WEFT__RECORD_UNIT,
};

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

/*
 * weft__check_future looks at what is to be waited for: 0, or WEFT_ESTALE,
 * WEFT_EINVAL for a NULL, WEFT_EDEADLK for the current task, or
 * WEFT_ENOTRUNNING outside a task.
 */
int weft__check_future(weft_future *handle);
int weft__check_futures(weft_future *const *futures, size_t count);

static inline bool weft__done(const weft__future *future) {
  return future->state != WEFT__PENDING;
}

/*
 * weft__future_new makes a pending future with no handle and no pin, or NULL.
 * It is cancelled by completing it.
 */
weft__future *weft__future_new(void);

/*
 * weft__future_make makes one whose record has `size` bytes, at most
 * WEFT__RECORD_MAX: a structure that begins with a weft__future is freed with
 * it, and its address stays safe to look at.
 * weft__future_make_for also sets the message on NULL: WEFT_ENOMEM, or
 * WEFT_ENOTRUNNING outside a run.
 */
weft__future *weft__future_make(size_t size);
weft__future *weft__future_make_for(size_t size, const char *what);

/*
 * weft__complete gives a pending future its result (WEFT_ECANCELED: it is
 * cancelled) and makes its callbacks ready.
 */
void weft__complete(weft__future *future, int result);

/* weft__set_message remembers what weft_errmsg(code) tells of the future. */
void weft__set_message(weft__future *future, int code, const char *text);

/* Whether something is known of its error beside the code. */
static inline bool weft__has_message(const weft__future *future) {
  return future->message && future->message_code == future->result;
}

/* weft__message_of: what weft_errmsg would tell of its error. */
const char *weft__message_of(const weft__future *future);

/* weft__complete_as: the same result, with its message, as one that is done. */
void weft__complete_as(weft__future *future, weft__future *other);

/* weft__take marks an error as seen and returns the result, with its message. */
int weft__take(weft__future *future);

/* weft__when_done makes a handle that is alone ready once the future is done. */
static inline void weft__when_done(weft__future *future, weft__handle *handle) {
  weft__list_append(weft__done(future) ? &weft__loop.ready : &future->callbacks,
                    &handle->node);
}

/* weft__cancel asks a future to end; false when it is too late. */
static inline bool weft__cancel(weft__future *future) {
  return !weft__done(future) && future->cancel(future);
}

/* The cancel function of weft__future_new: completes it. */
bool weft__cancel_plain(weft__future *future);

/*
 * weft__note_reason keeps the reason of the weft_cancel_with under way, if it
 * is one, as the future's message. Part of every cancel function.
 */
void weft__note_reason(weft__future *future);

/* A reference of our own; unpinning may free the record. */
static inline void weft__pin(weft__future *future) { future->pins++; }
void weft__unpin(weft__future *future);

/* Adds a handle that the caller's program will own. */
weft_future *weft__handle_new(weft__future *future);

/* At the end of a run: makes every handle stale, reports errors not taken. */
void weft__futures_close(void);

#endif
