/*
 * Semaphores: so many tasks at a time.
 *
 *   static weft_semaphore slots = WEFT_SEMAPHORE(3);
 *
 *   int rc = weft_semaphore_acquire(&slots);
 *   if (rc < 0) return rc;
 *   rc = work();
 *   weft_semaphore_release(&slots);
 *
 * A semaphore is the caller's memory and needs no end; nobody may wait for it
 * when its memory goes. Source: asyncio.Semaphore, asyncio.BoundedSemaphore.
 */
#ifndef WEFT_SEMAPHORE_H
#define WEFT_SEMAPHORE_H

#include <limits.h>
#include <stdbool.h>
#include <weft/waiters.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Made by one of the initializers below; the fields are weft's own. */
typedef struct weft_semaphore {
  weft_waiters waiters;
  unsigned value; /* how many may still acquire it */
  unsigned bound; /* what value never exceeds */
  unsigned woken; /* tasks that have acquired it but did not run yet */
} weft_semaphore;

/*
 * Initializers of a semaphore that `n` tasks can hold at once. The bounded one
 * refuses more releases than acquires.
 */
#define WEFT_SEMAPHORE(n) {.value = (unsigned)(n), .bound = UINT_MAX}
#define WEFT_BOUNDED_SEMAPHORE(n)                                              \
  {.value = (unsigned)(n), .bound = (unsigned)(n)}

/* The same at run time. */
static inline void weft_semaphore_init(weft_semaphore *semaphore, unsigned n) {
  weft_semaphore fresh = WEFT_SEMAPHORE(n);
  *semaphore = fresh;
}
static inline void weft_bounded_semaphore_init(weft_semaphore *semaphore,
                                               unsigned n) {
  weft_semaphore fresh = WEFT_BOUNDED_SEMAPHORE(n);
  *semaphore = fresh;
}

/*
 * weft_semaphore_acquire(semaphore) takes one off its value, waiting while that
 * is 0 or others have come before. Returns 0.
 * Errors: WEFT_ECANCELED: nothing was taken. Suspends only if it has to wait.
 * Source: Semaphore.acquire.
 */
int weft_semaphore_acquire(weft_semaphore *semaphore);

/*
 * weft_semaphore_release(semaphore) adds one to its value, or gives it to the
 * task that has waited longest. Any task may do it. Returns 0.
 * Errors: WEFT_ERANGE when a bounded semaphore has been released as often as
 * it was acquired. Never suspends. Source: Semaphore.release.
 */
int weft_semaphore_release(weft_semaphore *semaphore);

/*
 * weft_semaphore_locked(semaphore): whether an acquire would have to wait.
 * Source: Semaphore.locked.
 */
static inline bool weft_semaphore_locked(const weft_semaphore *semaphore) {
  return !semaphore->value || semaphore->waiters.head.next || semaphore->woken;
}

#ifdef __cplusplus
}
#endif
#endif
