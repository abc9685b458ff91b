/*
 * weft_lock, after CPython's Lib/asyncio/locks.py.
 *
 * A release does not hand the lock over: it unlocks it and wakes the first in
 * the lot, who locks it when it runs. Until then it stays first in the lot, and
 * as long as anybody is in the lot who was not cancelled, others queue behind.
 * Those who were cancelled stay too, until they run: so that exactly one task
 * is on its way to the lock, and a cancelled one that finds the lock free
 * wakes the next. Who is abandoned will not run, and leaves at once.
 */
#include "error.h"
#include "park.h"

#include <weft/lock.h>

/* Its own place in the lot, as the task's handle leaves it before it does. */
typedef struct acquisition {
  weft__wait wait;
  weft__node node;
  weft__task *task;
  bool woken, cancelled;
} acquisition;

static acquisition *acquisition_of(weft__node *node) {
  return weft__container(node, acquisition, node);
}

static bool cancel_acquire(weft__task *task) {
  acquisition *a = weft__container(task->wait, acquisition, wait);
  if (task->abandoned) weft__lot_remove(&a->node);
  if (a->woken || a->cancelled) return false;
  a->cancelled = true;
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  return true;
}

static bool is_free(const weft_lock *lock) {
  if (lock->locked) return false;
  if (weft__lot_empty(&lock->waiters)) return true;
  for (weft__node *n = lock->waiters.head.next; n != &lock->waiters.head;
       n = n->next) {
    if (!acquisition_of(n)->cancelled) return false;
  }
  return true;
}

static void wake_first(weft_lock *lock) {
  if (weft__lot_empty(&lock->waiters)) return;
  acquisition *first = acquisition_of(lock->waiters.head.next);
  if (first->woken || first->cancelled) return;
  first->woken = true;
  weft__ready(&first->task->handle);
}

int weft_lock_acquire(weft_lock *lock) {
  if (is_free(lock)) {
    lock->locked = true;
    return 0;
  }
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  acquisition a = {.wait = {"weft_lock_acquire", cancel_acquire, NULL},
                   .task = task};
  weft__lot_append(&lock->waiters, &a.node);
  weft__suspend_begin(&a.wait);
  int rc = weft__suspend_unless_ahead();
  weft__lot_remove(&a.node);
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
