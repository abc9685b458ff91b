/*
 * Parking: the one wait queue under all locks, queues and weft_select, after
 * trio's ParkingLot.
 *
 * A waiter is a task's place in a lot (the public weft_waiters). It lives in
 * the frame of the call that waits, or in the caller's array for weft_select,
 * so waiting allocates nothing.
 *
 * Invariants:
 * - A lot is a list in order of arrival. Who is woken or cancelled leaves it at
 *   once; only a lock keeps its waiters until they run (lock.c says why).
 * - A waiter is woken at most once, and a task that parks in several lots is
 *   woken in one of them: it leaves the others at that moment.
 * - A waiter that was woken stays so when its task is then cancelled: whoever
 *   parks passes on what it was woken for.
 */
#ifndef WEFT_SRC_PARK_H
#define WEFT_SRC_PARK_H

#include "deadlock.h"
#include "task.h"

#include <weft/error.h>
#include <weft/waiters.h>

typedef struct weft__parked {
  struct weft__parked *next, *prev; /* in the lot */
  weft_waiters *lot;                /* NULL: in none */
  weft__task *task;
  struct weft__select *select; /* what else its task waits for; or NULL */
  bool woken;
  bool granted; /* woken by a queue that keeps something for it */
} weft__parked;

/* A plain park: one task in one lot. */
typedef struct weft__park {
  weft__wait wait;
  weft__parked waiter;
} weft__park;

static inline void weft__lot_append(weft_waiters *lot, weft__parked *waiter) {
  waiter->lot = lot;
  waiter->next = NULL;
  waiter->prev = lot->last;
  *(lot->last ? &lot->last->next : &lot->first) = waiter;
  lot->last = waiter;
}

/* Takes a waiter out of its lot, if it is in one. */
static inline void weft__lot_remove(weft__parked *waiter) {
  weft_waiters *lot = waiter->lot;
  if (!lot) return;
  *(waiter->prev ? &waiter->prev->next : &lot->first) = waiter->next;
  *(waiter->next ? &waiter->next->prev : &lot->last) = waiter->prev;
  waiter->lot = NULL;
}

/* Makes the task of a waiter ready, which has not been woken. */
static inline void weft__wake(weft__parked *waiter) {
  waiter->woken = true;
  weft__ready(&waiter->task->handle);
}

/* Leaves all lots that the select of a waiter is in. */
void weft__select_leave(struct weft__select *select);

/* Wakes the first of the lot and returns it, or returns NULL for an empty lot. */
static inline weft__parked *weft__unpark(weft_waiters *lot) {
  weft__parked *waiter = lot->first;
  if (!waiter) return NULL;
  lot->first = waiter->next;
  *(waiter->next ? &waiter->next->prev : &lot->last) = NULL;
  waiter->lot = NULL;
  if (waiter->select) weft__select_leave(waiter->select);
  weft__wake(waiter);
  return waiter;
}

static inline void weft__unpark_all(weft_waiters *lot) {
  while (weft__unpark(lot)) continue;
}

/* The cancel of a plain park. */
bool weft__park_cancel(weft__task *task);

/*
 * weft__park_in waits in a lot until it is woken. park->waiter tells
 * afterwards whether it was woken, and if something was granted, even when the
 * result is WEFT_ECANCELED. Called by a task. Inline, because each frame costs;
 * who wants even less around the suspension calls weft__park_begin,
 * weft__context_suspend and weft__park_result.
 */
static inline void weft__park_begin(weft_waiters *lot, weft__park *park,
                                    const char *what) {
  park->wait = (weft__wait){what, weft__park_cancel, NULL};
  park->waiter = (weft__parked){.task = weft__loop.current};
  weft__lot_append(lot, &park->waiter);
  weft__suspend_begin(&park->wait);
}

static inline int weft__park_result(void) { return weft__loop.current->wake; }

static inline int weft__park_in(weft_waiters *lot, weft__park *park,
                                const char *what) {
  weft__park_begin(lot, park, what);
  return weft__suspend_end();
}

#endif
