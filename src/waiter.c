#include "waiter.h"

#include "error.h"

#include <math.h>

static bool cancel_waiter(weft__task *task) {
  weft__waiter *waiter = weft__container(task->wait, weft__waiter, wait);
  if (waiter->released) return false;
  weft__waiter_release(waiter);
  task->wake = WEFT_ECANCELED;
  return true;
}

void weft__waiter_init(weft__waiter *waiter, const char *what,
                       weft__future *on) {
  *waiter =
      (weft__waiter){{what, cancel_waiter, on}, weft__loop.current, false};
}

static void ring(weft__timer *timer) {
  weft__ready(&weft__container(timer, weft__alarm, timer)->handle);
}

void weft__alarm_init(weft__alarm *alarm, void (*run)(weft__handle *handle)) {
  alarm->timer = (weft__timer){0, ring};
  alarm->handle.run = run;
  weft__node_init(&alarm->handle.node);
}

int weft__alarm_set(weft__alarm *alarm, int64_t when) {
  weft__alarm_clear(alarm);
  int rc = weft__timer_arm(&weft__loop.timers, &alarm->timer, when);
  return rc < 0 ? weft__fail(rc, "no memory for a timer") : 0;
}

int weft__alarm_set_after(weft__alarm *alarm, double seconds) {
  if (isinf(seconds) && seconds > 0) {
    weft__alarm_clear(alarm);
    return 0;
  }
  int64_t when;
  int rc = weft__deadline(seconds < 0 ? 0 : seconds, &when);
  return rc < 0 ? rc : weft__alarm_set(alarm, when);
}

void weft__alarm_clear(weft__alarm *alarm) {
  weft__timer_disarm(&weft__loop.timers, &alarm->timer);
  weft__list_remove(&alarm->handle.node);
}
