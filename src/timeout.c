/* Timeout scopes, after CPython's Lib/asyncio/timeouts.py. */
#include "error.h"
#include "task.h"

#include <math.h>
#include <weft/timeout.h>

typedef enum state { ENTERED, EXPIRING, EXPIRED, EXITED } state;

/* The true form of weft_timeout's private fields. */
typedef struct scope {
  weft__timer timer;
  weft__handle soon; /* for a deadline that has passed at the start */
  weft__task *task;
} scope;
_Static_assert(sizeof(scope) <= sizeof((weft_timeout *)0)->private_, "");

static scope *scope_of(weft_timeout *t) { return (scope *)(void *)t->private_; }

static void expire(scope *s) {
  weft_timeout *t = weft__container(s, weft_timeout, private_);
  t->state = EXPIRING;
  s->task->future.cancel(&s->task->future);
}

static void on_timer(weft__timer *timer) {
  scope *s = weft__container(timer, scope, timer);
  weft__ready(&s->soon);
}

static void on_soon(weft__handle *handle) {
  expire(weft__container(handle, scope, soon));
}

static void disarm(scope *s) {
  weft__timer_disarm(&weft__loop.timers, &s->timer);
  weft__list_remove(&s->soon.node);
}

static int arm(scope *s, double seconds) {
  disarm(s);
  if (isinf(seconds) && seconds > 0) return 0;
  if (seconds <= 0) {
    weft__ready(&s->soon);
    return 0;
  }
  int64_t when;
  int rc = weft__deadline(seconds, &when);
  if (rc < 0) return rc;
  rc = weft__timer_arm(&weft__loop.timers, &s->timer, when);
  return rc < 0 ? weft__fail(rc, "no memory for a timer") : 0;
}

int weft_timeout_begin(weft_timeout *t, double seconds) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  scope *s = scope_of(t);
  *s = (scope){.timer = {0, on_timer}, .soon.run = on_soon, .task = task};
  weft__node_init(&s->soon.node);
  t->cancelling = task->cancel_requests;
  t->state = ENTERED;
  return arm(s, seconds);
}

int weft_timeout_reschedule(weft_timeout *t, double seconds) {
  if (t->state != ENTERED) {
    return weft__fail(WEFT_EALREADY, "the timeout has expired or was closed");
  }
  return arm(scope_of(t), seconds);
}

int weft_timeout_end(weft_timeout *t, int rc) {
  scope *s = scope_of(t);
  disarm(s);
  if (t->state != EXPIRING) {
    t->state = EXITED;
    return rc;
  }
  t->state = EXPIRED;
  int left = weft_uncancel(weft__handle_of(&s->task->future));
  return left <= t->cancelling && rc == WEFT_ECANCELED ? WEFT_ETIMEDOUT : rc;
}

bool weft_timeout_expired(const weft_timeout *t) {
  return t->state == EXPIRING || t->state == EXPIRED;
}
