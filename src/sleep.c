#include "error.h"
#include "task.h"

typedef struct sleeper {
  weft__wait wait;
  weft__timer timer;
  weft__task *task;
} sleeper;

static void wake(weft__timer *timer) {
  sleeper *s = weft__container(timer, sleeper, timer);
  weft__ready(&s->task->handle);
}

static bool cancel_sleep(weft__task *task) {
  sleeper *s = weft__container(task->wait, sleeper, wait);
  if (!s->timer.place) return false;
  weft__timer_disarm(&weft__loop.timers, &s->timer);
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  return true;
}

static const weft__wait yielding = {"weft_sleep", NULL, NULL};

weft__noinline static int begin_yield(void) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  weft__ready(&task->handle);
  weft__suspend_begin(&yielding);
  return 0;
}

weft__noinline static int begin_sleep(sleeper *s, double seconds) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  int64_t when;
  int rc = weft__deadline(seconds, &when);
  if (rc < 0) return rc;
  *s = (sleeper){{"weft_sleep", cancel_sleep, NULL}, {0, wake}, task};
  rc = weft__timer_arm(&weft__loop.timers, &s->timer, when);
  if (rc < 0) return weft__fail(rc, "no memory for a timer");
  weft__suspend_begin(&s->wait);
  return 0;
}

/* Inlined into a task with a delay of 0, it adds nothing to the task's frame. */
int weft_sleep(double seconds) {
  if (seconds == 0) {
    int rc = begin_yield();
    return rc < 0 ? rc : weft__suspend_end();
  }
  sleeper s;
  int rc = begin_sleep(&s, seconds);
  return rc < 0 ? rc : weft__suspend_end();
}

int weft_sleep_result(double seconds, int result) {
  int rc = weft_sleep(seconds);
  return rc < 0 ? rc : result;
}
