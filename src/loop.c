#include "loop.h"

#include "error.h"
#include "host.h"
#include "shuffle.h"
#include "task.h"

struct weft__loop weft__loop;

static void begin_pass(void) {
  if (weft__loop.timers.count) {
    weft__timer_fire_due(&weft__loop.timers, weft__now());
  }
  if (weft__loop.shuffled) weft__shuffle(&weft__loop.ready);
  weft__list_splice(&weft__loop.batch, &weft__loop.ready);
  weft__clock.quiet_until = 0;
}

/*
 * In the middle of a long pass: timers that are due go before what is left of
 * it, or each would wait for all of the pass. Not on a virtual clock, on which
 * a pass takes no time.
 */
static void fire_in_pass(void) {
  if (weft__clock.is_virtual) return;
  int64_t now = weft__host_now();
  if (weft__timer_next(&weft__loop.timers) > now) return;
  weft__list later, left;
  weft__list_init(&later);
  weft__list_init(&left);
  weft__list_splice(&later, &weft__loop.ready);
  weft__list_splice(&left, &weft__loop.batch);
  weft__timer_fire_due(&weft__loop.timers, now);
  weft__list_splice(&weft__loop.batch, &weft__loop.ready);
  weft__list_splice(&weft__loop.batch, &left);
  weft__list_splice(&weft__loop.ready, &later);
}

/* See deadlock.h. */
__attribute__((weak)) void weft__tasks_report(void);

/* Ends the run of tasks that wait for nothing that could ever happen. */
static void break_deadlock(void) {
  weft__report("deadlock: nothing can ever wake these tasks");
  if (weft__tasks_report) weft__tasks_report();
  weft__loop.deadlocked = true;
}

/* Cancels the tasks that no round of this has cancelled yet. */
static void weft__cancel_all(void) {
  for (weft__node *n = weft__list_first(&weft__loop.tasks); n;
       n = weft__list_next(&weft__loop.tasks, n)) {
    weft__task *task = weft__container(n, weft__task, all);
    if (task->closing) continue;
    task->closing = true;
    task->future.cancel(&task->future);
  }
}

/* Whether tasks are left that were cancelled to close the run. Being the oldest,
   they are the first in the list. */
static bool closing_tasks(void) {
  weft__node *first = weft__list_first(&weft__loop.tasks);
  return first && weft__container(first, weft__task, all)->closing;
}

/* Nothing is ready, and nothing will ever be. */
static bool idle(void) {
  return weft__list_empty(&weft__loop.ready) && !weft__loop.timers.count &&
         !weft__loop.host_ops;
}

/*
 * Callbacks may outlast the tasks. asyncio.run makes as many passes after the
 * last task's end: two for the gather of what it cancelled, two each for
 * shutdown_asyncgens and shutdown_default_executor.
 */
enum { CLOSING_PASSES = 2, LAST_PASSES = 4 };
static int passes_left;

static void begin_closing(void) {
  weft__loop.phase = WEFT__CLOSING;
  passes_left = LAST_PASSES;
  weft__cancel_all();
  if (closing_tasks()) passes_left += CLOSING_PASSES;
}

/* Tasks that were made meanwhile run along in those passes. Then asyncio
   forgets them; here they are cancelled as well. */
static bool close(void) {
  if (closing_tasks()) {
    if (!idle()) return true;
    break_deadlock();
    return false;
  }
  if (passes_left-- > 0) return true;
  if (weft__list_empty(&weft__loop.tasks)) return false;
  begin_closing();
  return true;
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
      begin_closing();
    }
    return true;
  case WEFT__STOP: begin_closing(); return true;
  case WEFT__CLOSING: return close();
  }
  return false;
}

/*
 * Waits for something to become ready, if nothing is: 0, or until when the
 * host is to wait. Passes after the last task's end do not wait.
 */
static int64_t wait(void) {
  if (!weft__list_empty(&weft__loop.ready) || idle()) return 0;
  if (weft__loop.phase == WEFT__STOP) return 0;
  if (weft__loop.phase == WEFT__CLOSING && !closing_tasks()) return 0;
  return weft__clock_wait(weft__timer_next(&weft__loop.timers));
}

/*
 * The clock is costly, so it is read once in `every` steps. When they took
 * longer than SHORT, the next ones are as many as would not have. A turn begins
 * with one: what other turns had to do says nothing of it.
 */
enum {
  MOST_STEPS = 256,
  SHORT = 500 * 1000,          /* nanoseconds, as all of these */
  LONG_PASS = 4 * 1000 * 1000, /* after which timers interrupt it */
};

weft__handle *weft__loop_next(const weft__handle *wanted) {
  const weft__node *head = &weft__loop.ready.head;
  if (weft__loop.steps <= 1 || !weft__list_empty(&weft__loop.batch) ||
      weft__list_empty(&weft__loop.ready) || head->next != head->prev) {
    return NULL;
  }
  weft__handle *next = weft__container(head->next, weft__handle, node);
  if (wanted && next != wanted) return NULL;
  if (weft__loop.phase != WEFT__MAIN || weft__loop.shuffled ||
      weft__done(&weft__loop.main->future)) {
    return NULL;
  }
  if (weft__loop.timers.count &&
      weft__timer_next(&weft__loop.timers) <= weft__now()) {
    return NULL;
  }
  weft__loop.steps--;
  return next;
}

weft__noinline int64_t weft__loop_run(int64_t budget) {
  static int64_t fired; /* when timers were last looked at; a pass may take
                           more than one call */
  int64_t start = weft__host_now(), last = start;
  int64_t every = 1;
  weft__loop.steps = 1;
  weft__loop.inside = 0;
  for (;;) {
    for (weft__node *n; (n = weft__list_pop(&weft__loop.batch));) {
      weft__handle *handle = weft__container(n, weft__handle, node);
      handle->run(handle);
      if (--weft__loop.steps > 0) continue;
      int64_t now = weft__host_now();
      if (now - last > SHORT) {
        every = every * SHORT / (now - last);
        if (every < 1) every = 1;
      } else if (every < MOST_STEPS) {
        every *= 2;
      }
      last = now;
      weft__loop.steps = (int)every;
      if (now - fired > LONG_PASS) {
        fired = now;
        fire_in_pass();
      }
      if (now - start > budget && !weft__list_empty(&weft__loop.batch)) {
        return 0;
      }
    }
    if (last - start > budget) return 0;
    if (!advance()) {
      weft__run_end();
      return WEFT__LOOP_DONE;
    }
    int64_t until = wait();
    if (until) return until;
    begin_pass();
    fired = last;
  }
}
