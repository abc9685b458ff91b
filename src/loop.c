#include "loop.h"

#include "error.h"
#include "host.h"
#include "task.h"

#include <math.h>

struct weft__loop weft__loop;

int64_t weft__now(void) { return weft__host_now(); }

double weft_time(void) { return (double)weft__now() * 1e-9; }

int weft__deadline(double seconds, int64_t *when) {
  if (!(seconds >= 0)) {
    return weft__fail(WEFT_EINVAL, "a delay is a number of 0 or more seconds");
  }
  int64_t now = weft__now();
  if (seconds >= (double)(INT64_MAX - now) * 1e-9) {
    return weft__fail(WEFT_ERANGE, "the delay is beyond the clock's range");
  }
  *when = now + (int64_t)ceil(seconds * 1e9);
  return 0;
}

static void begin_pass(void) {
  if (weft__loop.timers.count) {
    weft__timer_fire_due(&weft__loop.timers, weft__now());
  }
  weft__list_splice(&weft__loop.batch, &weft__loop.ready);
}

/* Ends the run of tasks that wait for nothing that could ever happen. */
static void break_deadlock(void) {
  weft__report("deadlock: nothing can ever wake these tasks");
  weft__tasks_report();
  weft__loop.deadlocked = true;
}

static void cancel_all(void) {
  for (weft__node *n = weft__list_first(&weft__loop.tasks); n;
       n = weft__list_next(&weft__loop.tasks, n)) {
    weft__future *future = &weft__container(n, weft__task, all)->future;
    future->cancel(future);
  }
}

/* Nothing is ready, and nothing will ever be. */
static bool idle(void) {
  return weft__list_empty(&weft__loop.ready) && !weft__loop.timers.count &&
         !weft__loop.host_ops;
}

/* Between two passes: whether the run goes on. */
static bool advance(void) {
  switch (weft__loop.phase) {
  case WEFT__IDLE: return false;
  case WEFT__MAIN:
    if (weft__done(&weft__loop.main->future)) {
      weft__loop.phase = WEFT__STOP;
    } else if (idle()) {
      break_deadlock();
      weft__loop.phase = WEFT__CLOSING;
      cancel_all();
    }
    return true;
  case WEFT__STOP:
    weft__loop.phase = WEFT__CLOSING;
    cancel_all();
    return true;
  case WEFT__CLOSING:
    if (weft__list_empty(&weft__loop.tasks)) return false;
    if (!idle()) return true;
    break_deadlock();
    return false;
  }
  return false;
}

/*
 * The clock is costly, so it is read once in `every` steps, and `every` is
 * halved when they took long: a slow step is noticed after a few.
 */
enum { MOST_STEPS = 256, SHORT = 500 * 1000 };

__attribute__((noinline)) int64_t weft__loop_run(int64_t budget) {
  static int every = 1;
  int64_t start = weft__now(), last = start;
  int left = every;
  for (;;) {
    for (weft__node *n; (n = weft__list_pop(&weft__loop.batch));) {
      weft__handle *handle = weft__container(n, weft__handle, node);
      handle->run(handle);
      if (--left > 0) continue;
      int64_t now = weft__now();
      if (now - last > SHORT) {
        every = every > 1 ? every / 2 : 1;
      } else if (every < MOST_STEPS) {
        every *= 2;
      }
      last = now;
      left = every;
      if (now - start > budget && !weft__list_empty(&weft__loop.batch)) {
        return 0;
      }
    }
    if (!advance()) return WEFT__LOOP_DONE;
    if (idle()) continue;
    if (weft__list_empty(&weft__loop.ready)) {
      int64_t next = weft__timer_next(&weft__loop.timers);
      if (next > weft__now()) return next;
    } else if (last - start > budget) {
      return 0;
    }
    begin_pass();
  }
}
