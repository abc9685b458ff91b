/*
 * Conditions: waiting, under a lock, for what other tasks change under it.
 *
 *   static weft_condition changed; // all zero: with a lock of its own
 *
 *   int rc = weft_condition_acquire(&changed);
 *   if (rc < 0) return rc;
 *   while (rc >= 0 && !ready_for_me()) rc = weft_condition_wait(&changed);
 *   if (rc >= 0) rc = use_it();
 *   weft_condition_release(&changed); // however the wait has ended
 *
 * A condition is the caller's memory and needs no end; nobody may wait for it
 * when its memory goes. Source: asyncio.Condition.
 */
#ifndef WEFT_CONDITION_H
#define WEFT_CONDITION_H

#include <stddef.h>
#include <weft/lock.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * All zero is a condition with a lock of its own; {.lock = &lock} is one that
 * shares the lock with others. The other fields are weft's own.
 */
typedef struct weft_condition {
  weft_lock *lock; /* NULL: own */
  weft_lock own;
  weft_waiters waiters;
} weft_condition;

/*
 * weft_condition_acquire, weft_condition_release, weft_condition_locked: as of
 * weft_lock, on the condition's lock.
 */
int weft_condition_acquire(weft_condition *condition);
int weft_condition_release(weft_condition *condition);
bool weft_condition_locked(const weft_condition *condition);

/*
 * weft_condition_wait(condition) releases the lock, waits until it is notified
 * and acquires the lock again; the caller holds the lock whatever is returned.
 * It may return without cause: look again at what you wait for. Returns 0.
 * Errors: WEFT_ECANCELED, after the lock was acquired again, and a notify that
 * this task will not use wakes another; WEFT_EINVAL when the lock is not
 * locked; WEFT_ENOTRUNNING. Suspends. Source: Condition.wait.
 */
int weft_condition_wait(weft_condition *condition);

/*
 * weft_condition_wait_for(condition, predicate, arg) waits until predicate(arg)
 * is not 0, and returns that; a negative value is an error of the predicate
 * and ends the wait too. The predicate must not suspend.
 * Errors: as weft_condition_wait. Suspends unless the predicate is true at
 * once. Source: Condition.wait_for.
 */
int weft_condition_wait_for(weft_condition *condition,
                            int (*predicate)(void *arg), void *arg);

/*
 * weft_condition_notify(condition, n) wakes the n tasks that have waited
 * longest, or all if there are fewer; weft_condition_notify_all(condition)
 * wakes all. They go on, one after the other, when the lock is released.
 * Returns 0. Errors: WEFT_EINVAL when the lock is not locked. Never suspend.
 * Source: Condition.notify, Condition.notify_all.
 */
int weft_condition_notify(weft_condition *condition, size_t n);
int weft_condition_notify_all(weft_condition *condition);

#ifdef __cplusplus
}
#endif
#endif
