/*
 * Locks: one task at a time.
 *
 *   static weft_lock lock; // all zero: unlocked
 *
 *   int rc = weft_lock_acquire(&lock);
 *   if (rc < 0) return rc;
 *   rc = work();           // may suspend
 *   weft_lock_release(&lock);
 *
 * Code between two suspensions needs no lock: tasks are not pre-empted.
 * A lock is the caller's memory and needs no end; nobody may wait for it when
 * its memory goes. Source: asyncio.Lock.
 */
#ifndef WEFT_LOCK_H
#define WEFT_LOCK_H

#include <stdbool.h>
#include <weft/waiters.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an unlocked lock. The fields are weft's own. */
typedef struct weft_lock {
  weft_waiters waiters;
  bool locked;
} weft_lock;

/*
 * weft_lock_acquire(lock) locks it, waiting until it is unlocked and all who
 * came before have had it. It may be released by another task. Returns 0.
 * Errors: WEFT_ECANCELED: it was not acquired. Suspends only if it has to wait.
 * Source: Lock.acquire.
 */
int weft_lock_acquire(weft_lock *lock);

/*
 * weft_lock_release(lock) unlocks it for the task that has waited longest,
 * which acquires it when it next runs; nobody can come in between.
 * Errors: WEFT_EINVAL when it is not locked. Never suspends.
 * Source: Lock.release.
 */
int weft_lock_release(weft_lock *lock);

/* weft_lock_locked(lock): whether it is locked. Source: Lock.locked. */
static inline bool weft_lock_locked(const weft_lock *lock) {
  return lock->locked;
}

#ifdef __cplusplus
}
#endif
#endif
