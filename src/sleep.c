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

static bool cancel_sleep(const weft__wait *wait) {
  sleeper *s = weft__container(wait, sleeper, wait);
  if (!s->timer.place) return false;
  weft__timer_disarm(&weft__loop.timers, &s->timer);
  s->task->wake = WEFT_ECANCELED;
  weft__ready(&s->task->handle);
  return true;
}

static int sleep_until(int64_t when) {
  sleeper s = {
      {"weft_sleep", cancel_sleep, NULL}, {0, wake}, weft__loop.current};
  int rc = weft__timer_arm(&weft__loop.timers, &s.timer, when);
  if (rc < 0) return weft__fail(rc, "no memory for a timer");
  return weft__suspend(&s.wait);
}

static const weft__wait yielding = {"weft_sleep", NULL, NULL};

int weft_sleep(double seconds) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  if (seconds == 0) {
    weft__ready(&task->handle);
    return weft__suspend(&yielding);
  }
  int64_t when;
  int rc = weft__deadline(seconds, &when);
  return rc < 0 ? rc : sleep_until(when);
}

int weft_sleep_result(double seconds, int result) {
  int rc = weft_sleep(seconds);
  return rc < 0 ? rc : result;
}
