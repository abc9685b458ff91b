/* Timeout scopes, after CPython's Lib/asyncio/timeouts.py. */
#include "cleanup.h"
#include "error.h"
#include "task.h"

#include <math.h>
#include <weft/timeout.h>

typedef enum state { ENTERED, EXPIRING, EXPIRED, EXITED } state;

/* The true form of weft_timeout's private fields. */
typedef struct scope {
  weft__timer timer;
  weft__handle soon; /* for a deadline that has passed at the start */
  weft__cleanup cleanup;
  weft__task *task;
} scope;
_Static_assert(sizeof(scope) <= sizeof((weft_timeout *)0)->private_, "");

static scope *scope_of(const weft_timeout *t) {
  return (scope *)(void *)t->private_;
}

static void on_timer(weft__timer *timer) {
  scope *s = weft__container(timer, scope, timer);
  weft__ready(&s->soon);
}

static void on_soon(weft__handle *handle) {
  scope *s = weft__container(handle, scope, soon);
  weft_timeout *t = weft__container(s, weft_timeout, private_);
  weft__cancel(&s->task->future);
  t->state = EXPIRING;
}

static void disarm(scope *s) {
  weft__timer_disarm(&weft__loop.timers, &s->timer);
  weft__list_remove(&s->soon.node);
}

/* The task has ended inside the scope. */
static void on_cleanup(weft__cleanup *cleanup) {
  disarm(weft__container(cleanup, scope, cleanup));
}

/* A deadline; the clock is costly, so what was found out of it is kept. */
typedef struct deadline {
  int64_t when; /* INT64_MAX: never */
  bool passed;
} deadline;

static int arm(weft_timeout *t, deadline d) {
  scope *s = scope_of(t);
  if (d.when != INT64_MAX && !d.passed) {
    int rc = weft__timer_arm(&weft__loop.timers, &s->timer, d.when);
    if (rc < 0) return weft__fail(rc, "no memory for a timer");
    weft__list_remove(&s->soon.node);
  } else {
    disarm(s);
    if (d.passed) weft__ready(&s->soon);
  }
  t->when = d.when;
  return 0;
}

static bool forever(double seconds) { return isinf(seconds) && seconds > 0; }

static int from_now(double seconds, deadline *d) {
  *d = (deadline){INT64_MAX, false};
  if (forever(seconds)) return 0;
  d->passed = seconds <= 0;
  return weft__deadline(d->passed ? 0 : seconds, &d->when);
}

static int at(double time, deadline *d) {
  *d = (deadline){INT64_MAX, false};
  if (forever(time)) return 0;
  int rc = weft__instant(time, &d->when);
  d->passed = rc >= 0 && d->when <= weft__now();
  return rc;
}

static int begin(weft_timeout *t, deadline d) {
  scope *s = scope_of(t);
  *s = (scope){.timer = {0, on_timer},
               .soon.run = on_soon,
               .cleanup.run = on_cleanup,
               .task = weft__loop.current};
  weft__node_init(&s->soon.node);
  int rc = arm(t, d);
  if (rc < 0) return rc;
  t->cancelling = s->task->cancel_requests;
  t->state = ENTERED;
  weft__cleanup_push(s->task, &s->cleanup);
  return 0;
}

int weft_timeout_begin(weft_timeout *t, double seconds) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  deadline d;
  int rc = from_now(seconds, &d);
  return rc < 0 ? rc : begin(t, d);
}

int weft_timeout_begin_at(weft_timeout *t, double time) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  deadline d;
  int rc = at(time, &d);
  return rc < 0 ? rc : begin(t, d);
}

static int reschedule(weft_timeout *t, deadline d) {
  if (t->state == ENTERED) return arm(t, d);
  return weft__fail(WEFT_EALREADY, "the timeout has expired or was closed");
}

int weft_timeout_reschedule(weft_timeout *t, double seconds) {
  deadline d;
  int rc = from_now(seconds, &d);
  return rc < 0 ? rc : reschedule(t, d);
}

int weft_timeout_reschedule_at(weft_timeout *t, double time) {
  deadline d;
  int rc = at(time, &d);
  return rc < 0 ? rc : reschedule(t, d);
}

int weft_timeout_end(weft_timeout *t, int rc) {
  scope *s = scope_of(t);
  disarm(s);
  weft__cleanup_remove(s->task, &s->cleanup);
  if (t->state != EXPIRING) {
    t->state = EXITED;
    return rc;
  }
  t->state = EXPIRED;
  int left = weft_uncancel(weft__handle_of(&s->task->future));
  return left <= t->cancelling && rc == WEFT_ECANCELED ? WEFT_ETIMEDOUT : rc;
}

double weft_timeout_when(const weft_timeout *t) {
  return t->when == INT64_MAX ? WEFT_FOREVER : (double)t->when * 1e-9;
}

bool weft_timeout_expired(const weft_timeout *t) {
  return t->state == EXPIRING || t->state == EXPIRED;
}
