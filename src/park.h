/*
 * Parking: the one wait queue under all locks, queues and weft_select, after
 * trio's ParkingLot.
 *
 * Who waits in a lot (the public weft_waiters) is in it with a handle: a task
 * with its own, as in each other list, so waiting takes no memory and waking is
 * moving it; a weft_select, which is in several, with one for each case.
 *
 * Invariants:
 * - A lot is a list in order of arrival; unlike other lists it is all zero when
 *   it is empty, and may be moved then. Who is woken or cancelled leaves it at
 *   once; only a lock keeps its waiters until they run (lock.c says why).
 * - A waiter is woken at most once, and a task that parks in several lots is
 *   woken in one of them: it leaves the others at that moment.
 * - Who was granted something stays so when its task is then cancelled: whoever
 *   parks passes on what it was granted.
 */
#ifndef WEFT_SRC_PARK_H
#define WEFT_SRC_PARK_H

#include "deadlock.h"
#include "task.h"

#include <weft/error.h>
#include <weft/waiters.h>

/* Of a task or a case, since it last parked. */
typedef enum weft__parking {
  WEFT__PARKED,
  WEFT__UNPARKED, /* woken or cancelled */
  WEFT__GRANTED,  /* woken by one who keeps something for it */
} weft__parking;

static inline bool weft__lot_empty(const weft_waiters *lot) {
  return !lot->head.next;
}

static inline void weft__lot_append(weft_waiters *lot, weft__node *node) {
  weft__node *head = &lot->head, *last = head->prev ? head->prev : head;
  node->next = head;
  node->prev = last;
  last->next = node;
  head->prev = node;
}

/* Takes a node out of the lot that it is in. */
static inline void weft__lot_remove(weft__node *node) {
  weft__node *next = node->next, *prev = node->prev;
  bool only = next == prev; /* both are the lot */
  prev->next = only ? NULL : next;
  next->prev = only ? NULL : prev;
}

/* A case of a weft_select: the run function of its handle, and its waking. */
void weft__select_run(weft__handle *handle);
void weft__select_wake(weft__handle *handle, weft__parking how);

/* Wakes the first of the lot, if there is one. */
static inline bool weft__unpark(weft_waiters *lot, weft__parking how) {
  if (weft__lot_empty(lot)) return false;
  weft__handle *handle = weft__container(lot->head.next, weft__handle, node);
  if (handle->run == weft__select_run) {
    weft__select_wake(handle, how);
  } else {
    weft__lot_remove(&handle->node);
    weft__container(handle, weft__task, handle)->parking = (uint8_t)how;
    weft__ready(handle);
  }
  return true;
}

static inline void weft__unpark_all(weft_waiters *lot) {
  while (weft__unpark(lot, WEFT__UNPARKED)) continue;
}

/* The cancel of a task that is parked in one lot. */
bool weft__park_cancel(weft__task *task);

/*
 * weft__park_in waits in a lot until it is woken; the wait's cancel is
 * weft__park_cancel. The task's `parking` tells afterwards if something was
 * granted, even when the result is WEFT_ECANCELED. Called by a task. Inline,
 * because each frame costs; who wants even less around the suspension calls
 * weft__park_begin, weft__run_ahead, weft__context_suspend and
 * weft__park_result.
 */
static inline void weft__park_begin(weft_waiters *lot, const weft__wait *wait) {
  weft__task *task = weft__loop.current;
  task->parking = WEFT__PARKED;
  weft__lot_append(lot, &task->handle.node);
  weft__suspend_begin(wait);
}

static inline int weft__park_in(weft_waiters *lot, const weft__wait *wait) {
  weft__park_begin(lot, wait);
  return weft__suspend_unless_ahead();
}

static inline int weft__park_result(void) { return weft__loop.current->wake; }
static inline bool weft__park_granted(void) {
  return weft__loop.current->parking == WEFT__GRANTED;
}

#endif
