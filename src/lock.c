/*
 * weft_lock, after CPython's Lib/asyncio/locks.py.
 *
 * A release does not hand the lock over: it unlocks it and wakes the first in
 * the lot, who locks it when it runs. Until then it stays first in the lot, and
 * as long as anybody is in the lot who was not cancelled, others queue behind.
 * Those who were cancelled stay too, until they run: so that exactly one task
 * is on its way to the lock, and a cancelled one that finds the lock free
 * wakes the next. Whom the end of a run drops will not run, and leaves at once.
 */
#include "error.h"
#include "park.h"

#include <weft/lock.h>

/* A waiter that was cancelled is no longer parked, though still in the lot. */
typedef struct acquisition {
  weft__park park;
  bool cancelled;
} acquisition;

static acquisition *acquisition_of(weft__parked *waiter) {
  return weft__container(waiter, acquisition, park.waiter);
}

static bool cancel_acquire(weft__task *task) {
  acquisition *a = weft__container(task->wait, acquisition, park.wait);
  if (a->park.waiter.woken || a->cancelled) return false;
  if (weft__loop.phase == WEFT__IDLE) weft__lot_remove(&a->park.waiter);
  a->cancelled = true;
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  return true;
}

static bool is_free(const weft_lock *lock) {
  if (lock->locked) return false;
  for (weft__parked *w = lock->waiters.first; w; w = w->next) {
    if (!acquisition_of(w)->cancelled) return false;
  }
  return true;
}

static void wake_first(weft_lock *lock) {
  weft__parked *first = lock->waiters.first;
  if (first && !first->woken && !acquisition_of(first)->cancelled) {
    weft__wake(first);
  }
}

int weft_lock_acquire(weft_lock *lock) {
  if (is_free(lock)) {
    lock->locked = true;
    return 0;
  }
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  acquisition a = {
      .park = {.wait = {"weft_lock_acquire", cancel_acquire, NULL},
               .waiter = {.task = task}},
  };
  weft__lot_append(&lock->waiters, &a.park.waiter);
  int rc = weft__suspend(&a.park.wait);
  weft__lot_remove(&a.park.waiter);
  if (rc < 0) {
    if (!lock->locked) wake_first(lock);
    return rc;
  }
  lock->locked = true;
  return 0;
}

int weft_lock_release(weft_lock *lock) {
  if (!lock->locked) {
    return weft__fail(WEFT_EINVAL, "released a lock that is not locked");
  }
  lock->locked = false;
  wake_first(lock);
  return 0;
}
