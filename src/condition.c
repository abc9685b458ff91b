/* weft_condition, after CPython's Lib/asyncio/locks.py. */
#include "error.h"
#include "park.h"

#include <weft/condition.h>

static weft_lock *lock_of(weft_condition *condition) {
  return condition->lock ? condition->lock : &condition->own;
}

int weft_condition_acquire(weft_condition *condition) {
  return weft_lock_acquire(lock_of(condition));
}

int weft_condition_release(weft_condition *condition) {
  return weft_lock_release(lock_of(condition));
}

bool weft_condition_locked(const weft_condition *condition) {
  return weft_lock_locked(condition->lock ? condition->lock : &condition->own);
}

static void notify(weft_condition *condition, size_t n) {
  while (n-- && weft__unpark(&condition->waiters, WEFT__UNPARKED)) continue;
}

int weft_condition_wait(weft_condition *condition) {
  weft_lock *lock = lock_of(condition);
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (!lock->locked) {
    return weft__fail(WEFT_EINVAL,
                      "waits for a condition without holding its lock");
  }
  weft_lock_release(lock);
  static const weft__wait wait = {"weft_condition_wait", weft__park_cancel,
                                  NULL};
  int rc = weft__park_in(&condition->waiters, &wait);
  while (weft_lock_acquire(lock) < 0) rc = WEFT_ECANCELED;
  /* As it may have been notified before it was cancelled; or never was, and
     somebody wakes without cause, which is allowed. */
  if (rc < 0) notify(condition, 1);
  return rc;
}

int weft_condition_wait_for(weft_condition *condition,
                            int (*predicate)(void *arg), void *arg) {
  int result;
  while (!(result = predicate(arg))) {
    int rc = weft_condition_wait(condition);
    if (rc < 0) return rc;
  }
  return result;
}

int weft_condition_notify(weft_condition *condition, size_t n) {
  if (!lock_of(condition)->locked) {
    return weft__fail(WEFT_EINVAL, "notifies without holding the lock");
  }
  notify(condition, n);
  return 0;
}

int weft_condition_notify_all(weft_condition *condition) {
  return weft_condition_notify(condition, SIZE_MAX);
}
