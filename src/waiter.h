/*
 * A waiter: one task waits until a callback releases it, or it is cancelled,
 * whichever is first; the other then does nothing. It is what asyncio's
 * `waiter = loop.create_future()` is, without the future: releasing makes the
 * task ready, one pass later it goes on.
 */
#ifndef WEFT_SRC_WAITER_H
#define WEFT_SRC_WAITER_H

#include "deadlock.h"
#include "task.h"

/* It lives in the waiting call's frame; wait is first. */
typedef struct weft__waiter {
  weft__wait wait;
  weft__task *task;
  bool released; /* or cancelled */
} weft__waiter;

/* weft__waiter_init prepares a wait of the current task in that function. */
void weft__waiter_init(weft__waiter *waiter, const char *what,
                       weft__future *on);

static inline void weft__waiter_release(weft__waiter *waiter) {
  if (waiter->released) return;
  waiter->released = true;
  weft__ready(&waiter->task->handle);
}

/* Waits; 0 or WEFT_ECANCELED. It was not released before. */
static inline int weft__waiter_suspend(weft__waiter *waiter) {
  return weft__suspend(&waiter->wait);
}

/*
 * A timer that does its work in the pass in which it is due, after what is
 * ready, as asyncio's timer handles do.
 */
typedef struct weft__alarm {
  weft__timer timer;
  weft__handle handle; /* its run function does the work */
} weft__alarm;

void weft__alarm_init(weft__alarm *alarm, void (*run)(weft__handle *handle));

/* Sets it to a time, or moves it. Errors: WEFT_ENOMEM. */
int weft__alarm_set(weft__alarm *alarm, int64_t when);

/*
 * Sets it to so many seconds from now, not at all for WEFT_FOREVER; less than
 * 0 is 0. Errors: WEFT_EINVAL for NaN, WEFT_ERANGE, WEFT_ENOMEM.
 */
int weft__alarm_set_after(weft__alarm *alarm, double seconds);

void weft__alarm_clear(weft__alarm *alarm);

#endif
