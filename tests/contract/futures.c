/* Futures, calls and the ways of waiting: see futures.test.mjs. */
#include "../lib/cases.h"

#include <string.h>

/* What happened, in order, one letter each. */
static char trace[64];
static void note(char c) { strncat(trace, &c, 1); }
static void clear(void) { trace[0] = 0; }
#define CHECK_TRACE(expected) CHECK(strcmp(trace, (expected)) == 0)

/* ---- tasks to wait for */

typedef struct job {
  double seconds;
  int result;
  char name;      /* noted at the end; 0: not */
  bool stubborn;  /* goes on after one cancel */
  bool cancelled; /* how it ended */
} job;

static int work(void *arg) {
  job *j = arg;
  int rc = weft_sleep(j->seconds);
  if (rc < 0) {
    j->cancelled = true;
    if (!j->stubborn) return rc;
  }
  if (j->name) note(j->name);
  return j->result;
}

static weft_task *start(job *j) { return weft_create_task(work, j); }

static void note_call(void *arg) { note(*(char *)arg); }
static void note_done(weft_future *future, void *arg) {
  CHECK(weft_done(future) == 1);
  note(*(char *)arg);
}

/* ---- futures */

static int results(void *arg) {
  (void)arg;
  weft_future *f = weft_future_new();
  CHECK_EQUAL(weft_done(f), 0);
  CHECK_EQUAL(weft_result(f), WEFT_EPENDING);
  CHECK_EQUAL(weft_future_set_result(f, -1), WEFT_EINVAL);
  CHECK_EQUAL(weft_future_set_result(f, 7), 0);
  CHECK_EQUAL(weft_future_set_result(f, 8), WEFT_EALREADY);
  CHECK_EQUAL(weft_cancel(f), 0);
  CHECK_EQUAL(weft_await(f), 7);
  CHECK_EQUAL(weft_release(f), 0);
  CHECK_EQUAL(weft_await(f), WEFT_ESTALE);
  f = weft_future_new();
  CHECK_EQUAL(weft_future_set_error(f, 1, NULL), WEFT_EINVAL);
  CHECK_EQUAL(weft_future_set_error(f, WEFT_ECANCELED, NULL), WEFT_EINVAL);
  CHECK_EQUAL(weft_future_set_error(f, WEFT_EIO, "the disk is gone"), 0);
  CHECK_EQUAL(weft_await_release(f), WEFT_EIO);
  CHECK(strcmp(weft_errmsg(WEFT_EIO), "the disk is gone") == 0);
  weft_task *me = weft_current_task();
  CHECK_EQUAL(weft_future_set_result(me, 0), WEFT_EINVAL);
  CHECK_EQUAL(weft_await(me), WEFT_EDEADLK);
  CHECK_EQUAL(weft_await(NULL), WEFT_EINVAL);
  return 0;
}

static int set_later(void *arg) {
  CHECK_EQUAL(weft_sleep(1), 0);
  return weft_future_set_result(arg, 3);
}

static int await_it(void *arg) {
  int rc = weft_await(arg);
  note(rc == 3 ? 'w' : '?');
  return rc;
}

static int fifo(void *arg) {
  (void)arg;
  clear();
  weft_future *f = weft_future_new();
  char a = 'a', b = 'b', c = 'c';
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &a), 0);
  weft_task *waiter = weft_create_task(await_it, f);
  pass(1);
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &b), 0);
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &c), 0);
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &c), 0);
  CHECK_EQUAL(weft_future_remove_done_callback(f, note_done, &c), 2);
  weft_task *setter = weft_create_task(set_later, f);
  CHECK_EQUAL(weft_await(waiter), 3);
  CHECK_TRACE("awb");
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &c), 0);
  CHECK_TRACE("awb");
  pass(1);
  CHECK_TRACE("awbc");
  return weft_await(setter);
}

/* ---- calls */

static int calls(void *arg) {
  (void)arg;
  clear();
  char n[] = "abcdefg";
  double now = weft_time();
  weft_future *d = weft_call_later(2, note_call, &n[3]);
  weft_call_at(now + 1, note_call, &n[2]);
  weft_call_soon(note_call, &n[0]);
  weft_future *never = weft_call_soon(note_call, &n[4]);
  weft_future *late = weft_call_later(1, note_call, &n[5]);
  weft_call_soon(note_call, &n[1]);
  weft_call_later(-1, note_call, &n[6]);
  CHECK_EQUAL(weft_cancel(never), 1);
  CHECK_EQUAL(weft_cancelled(never), 1);
  CHECK_TRACE("");
  pass(1);
  CHECK_TRACE("ab");
  CHECK_EQUAL(weft_cancel(late), 1);
  CHECK_EQUAL(weft_await(d), 0);
  CHECK_TRACE("abgcd");
  CHECK_EQUAL(weft_cancel(d), 0);
  CHECK(weft_call_later(1e300, note_call, n) == NULL);
  return 0;
}

static void sleep_in_call(void *arg) { *(int *)arg = weft_sleep(1); }

static int calls_cannot_suspend(void *arg) {
  (void)arg;
  int rc = 0;
  weft_call_soon(sleep_in_call, &rc);
  pass(1);
  CHECK_EQUAL(rc, WEFT_ENOTRUNNING);
  return 0;
}

/* ---- gather */

static int gather_order(void *arg) {
  (void)arg;
  clear();
  static job j[] = {{2, 20, 'b'}, {1, 10, 'a'}, {3, 30, 'c'}};
  weft_task *t[] = {start(&j[0]), start(&j[1]), start(&j[2])};
  int r[3];
  CHECK_EQUAL(weft_gather(t, 3, r), 0);
  CHECK_TRACE("abc");
  CHECK(r[0] == 20 && r[1] == 10 && r[2] == 30);
  CHECK_EQUAL(weft_gather(t, 3, NULL), 0);
  CHECK_EQUAL(weft_gather(t, 0, NULL), 0);
  return 0;
}

static int gather_first_error(void *arg) {
  (void)arg;
  clear();
  static job j[] = {{1, WEFT_EIO, 'a'}, {2, 20, 'b'}, {3, WEFT_EACCES, 'c'}};
  weft_task *t[] = {start(&j[0]), start(&j[1]), start(&j[2])};
  int r[3];
  CHECK_EQUAL(weft_gather(t, 3, r), WEFT_EIO);
  CHECK_TRACE("a");
  CHECK(r[0] == WEFT_EIO && r[1] == WEFT_EPENDING && r[2] == WEFT_EPENDING);
  CHECK_EQUAL(weft_await(t[1]), 20);
  CHECK_EQUAL(weft_await(t[2]), WEFT_EACCES);
  return 0;
}

static int gather_return_errors(void *arg) {
  (void)arg;
  static job j[] = {{1, WEFT_EIO}, {2, 20}, {3, 0}};
  weft_task *t[] = {start(&j[0]), start(&j[1]), start(&j[2])};
  weft_cancel(t[2]);
  int r[3];
  CHECK_EQUAL(weft_gather_return_errors(t, 3, r), 0);
  CHECK(r[0] == WEFT_EIO && r[1] == 20 && r[2] == WEFT_ECANCELED);
  return 0;
}

static weft_task *gathered[3];
static int gather_them(void *arg) {
  int r[3];
  return arg ? weft_gather_return_errors(gathered, 3, r)
             : weft_gather(gathered, 3, r);
}

static int gather_cancelled(void *arg) {
  (void)arg;
  for (int errors = 0; errors < 2; errors++) {
    static job j[] = {{1, 0}, {2, 0}, {3, 0}};
    for (int i = 0; i < 3; i++) gathered[i] = start(&j[i]);
    weft_task *outer = weft_create_task(gather_them, errors ? j : NULL);
    pass(2);
    CHECK_EQUAL(weft_cancel(outer), 1);
    CHECK_EQUAL(weft_await(outer), WEFT_ECANCELED);
    for (int i = 0; i < 3; i++) CHECK_EQUAL(weft_cancelled(gathered[i]), 1);
  }
  return 0;
}

static int gather_child_cancelled(void *arg) {
  (void)arg;
  static job j[] = {{1, 0}, {2, 0}, {3, 0}};
  for (int i = 0; i < 3; i++) gathered[i] = start(&j[i]);
  weft_task *outer = weft_create_task(gather_them, NULL);
  pass(2);
  weft_cancel(gathered[1]);
  CHECK_EQUAL(weft_await(outer), WEFT_ECANCELED);
  CHECK_EQUAL(weft_done(gathered[0]), 0);
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 0);
  return 0;
}

/* ---- wait_for */

static int ran;
static int run_once(void *arg) {
  (void)arg;
  ran++;
  return 5;
}

static int wait_for_zero(void *arg) {
  (void)arg;
  ran = 0;
  weft_task *t = weft_create_task(run_once, NULL);
  CHECK_EQUAL(weft_wait_for(t, 0), WEFT_ETIMEDOUT);
  CHECK_EQUAL(ran, 0);
  t = weft_create_task(run_once, NULL);
  pass(1);
  CHECK_EQUAL(weft_wait_for(t, 0), 5);
  CHECK_EQUAL(weft_wait_for(t, -1), 5);
  static job j = {10, 0};
  t = start(&j);
  pass(1);
  CHECK_EQUAL(weft_wait_for(t, -1), WEFT_ETIMEDOUT);
  CHECK(j.cancelled);
  CHECK_EQUAL(weft_cancelled(t), 1);
  return 0;
}

static int wait_for_time(void *arg) {
  (void)arg;
  static job j = {10, 1}, quick = {1, 2};
  double begin = weft_time();
  CHECK_EQUAL(weft_wait_for(start(&j), 2), WEFT_ETIMEDOUT);
  CHECK(j.cancelled);
  CHECK(weft_time() == begin + 2);
  CHECK_EQUAL(weft_wait_for(start(&quick), 2), 2);
  CHECK_EQUAL(weft_wait_for(start(&quick), WEFT_FOREVER), 2);
  return 0;
}

static int wait_for_swallowed(void *arg) {
  (void)arg;
  static job j = {.seconds = 10, .result = 9, .stubborn = true};
  weft_task *t = start(&j);
  CHECK_EQUAL(weft_wait_for(t, 1), 9);
  CHECK(j.cancelled);
  t = start(&j);
  pass(1);
  CHECK_EQUAL(weft_wait_for(t, 0), 9);
  return 0;
}

static int wait_forever_for(void *arg) { return weft_wait_for(arg, 100); }

static int wait_for_outer(void *arg) {
  (void)arg;
  weft_future *f = weft_future_new();
  weft_task *t = weft_create_task(wait_forever_for, f);
  pass(1);
  weft_future_set_result(f, 4);
  CHECK_EQUAL(weft_cancel(t), 1);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  return 0;
}

/* ---- shield */

static int shielded(void *arg) { return weft_await_release(weft_shield(arg)); }

static int shield_survives(void *arg) {
  (void)arg;
  static job j = {2, 6};
  weft_task *inner = start(&j), *outer = weft_create_task(shielded, inner);
  pass(2);
  CHECK_EQUAL(weft_cancel(outer), 1);
  CHECK_EQUAL(weft_await(outer), WEFT_ECANCELED);
  CHECK_EQUAL(weft_done(inner), 0);
  CHECK_EQUAL(weft_await(inner), 6);
  CHECK(!j.cancelled);
  CHECK_EQUAL(weft_await_release(weft_shield(inner)), 6);
  return 0;
}

static int shield_passes_on(void *arg) {
  (void)arg;
  static job j = {1, 6}, failing = {1, WEFT_EIO};
  weft_task *inner = start(&j);
  CHECK_EQUAL(weft_wait_for(weft_shield(inner), 0.5), WEFT_ETIMEDOUT);
  CHECK_EQUAL(weft_await_release(weft_shield(inner)), 6);
  CHECK_EQUAL(weft_await_release(weft_shield(start(&failing))), WEFT_EIO);
  inner = start(&j);
  weft_future *shield = weft_shield(inner);
  pass(1);
  weft_cancel(inner);
  CHECK_EQUAL(weft_await(shield), WEFT_ECANCELED);
  CHECK(weft_shield(NULL) == NULL);
  return 0;
}

/* ---- wait */

static int wait_modes(void *arg) {
  (void)arg;
  static job j[] = {{1, 1}, {2, WEFT_EIO}, {3, 3}};
  for (int i = 0; i < 3; i++) gathered[i] = start(&j[i]);
  double begin = weft_time();
  CHECK_EQUAL(weft_wait(gathered, 3, WEFT_FIRST_COMPLETED, WEFT_FOREVER), 1);
  CHECK(weft_time() == begin + 1);
  CHECK_EQUAL(weft_done(gathered[0]), 1);
  CHECK_EQUAL(weft_wait(gathered, 3, WEFT_FIRST_EXCEPTION, WEFT_FOREVER), 2);
  CHECK(weft_time() == begin + 2);
  CHECK_EQUAL(weft_wait(gathered, 3, WEFT_ALL_COMPLETED, WEFT_FOREVER), 3);
  CHECK(weft_time() == begin + 3);
  CHECK_EQUAL(weft_result(gathered[1]), WEFT_EIO);
  CHECK_EQUAL(weft_wait(NULL, 0, WEFT_ALL_COMPLETED, 1), WEFT_EINVAL);
  return 0;
}

static int wait_cancelled_is_no_exception(void *arg) {
  (void)arg;
  static job j[] = {{5, 1}, {2, 2}};
  for (int i = 0; i < 2; i++) gathered[i] = start(&j[i]);
  double begin = weft_time();
  pass(1);
  weft_cancel(gathered[0]);
  CHECK_EQUAL(weft_wait(gathered, 2, WEFT_FIRST_EXCEPTION, WEFT_FOREVER), 2);
  CHECK(weft_time() == begin + 2);
  return 0;
}

static int wait_them(void *arg) {
  (void)arg;
  return weft_wait(gathered, 2, WEFT_ALL_COMPLETED, WEFT_FOREVER);
}

static int wait_cancels_nothing(void *arg) {
  (void)arg;
  static job j[] = {{1, 1}, {5, 2}};
  for (int i = 0; i < 2; i++) gathered[i] = start(&j[i]);
  double begin = weft_time();
  CHECK_EQUAL(weft_wait(gathered, 2, WEFT_ALL_COMPLETED, 3), 1);
  CHECK(weft_time() == begin + 3);
  weft_task *outer = weft_create_task(wait_them, NULL);
  pass(1);
  weft_cancel(outer);
  CHECK_EQUAL(weft_await(outer), WEFT_ECANCELED);
  CHECK_EQUAL(weft_await(gathered[1]), 2);
  CHECK(!j[0].cancelled && !j[1].cancelled);
  return 0;
}

/* ---- as_completed */

static int as_completed(void *arg) {
  (void)arg;
  static job j[] = {{3, 3}, {1, 1}, {2, WEFT_EIO}};
  for (int i = 0; i < 3; i++) gathered[i] = start(&j[i]);
  weft_as_completed next;
  weft_future *f;
  CHECK_EQUAL(weft_as_completed_begin(&next, gathered, 3, WEFT_FOREVER), 0);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 1);
  CHECK(f == gathered[1]);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 1);
  CHECK(f == gathered[2]);
  CHECK_EQUAL(weft_result(f), WEFT_EIO);
  CHECK_EQUAL(weft_sleep(5), 0);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 1);
  CHECK(f == gathered[0]);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 0);
  weft_as_completed_end(&next);
  return 0;
}

static int as_completed_late(void *arg) {
  (void)arg;
  static job j[] = {{1, 1}, {5, 2}, {6, 3}};
  for (int i = 0; i < 3; i++) gathered[i] = start(&j[i]);
  double begin = weft_time();
  weft_as_completed next;
  weft_future *f;
  CHECK_EQUAL(weft_as_completed_begin(&next, gathered, 3, 2), 0);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 1);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), WEFT_ETIMEDOUT);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), WEFT_ETIMEDOUT);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 0);
  CHECK(weft_time() == begin + 2);
  weft_as_completed_end(&next);
  CHECK_EQUAL(weft_await(gathered[2]), 3);
  return 0;
}

/* ---- a cancel's reason */

static int read_reason(void *arg) {
  int rc = weft_await(arg);
  CHECK(strcmp(weft_errmsg(rc), "the user has left") == 0);
  note('r');
  return rc;
}

static int cancel_reason(void *arg) {
  (void)arg;
  clear();
  weft_future *f = weft_future_new();
  weft_task *inner = weft_create_task(read_reason, f);
  weft_task *outer = weft_create_task(read_reason, inner);
  pass(2);
  CHECK_EQUAL(weft_cancel_with(outer, "the user has left"), 1);
  CHECK_EQUAL(weft_await(outer), WEFT_ECANCELED);
  CHECK(strcmp(weft_errmsg(WEFT_ECANCELED), "the user has left") == 0);
  CHECK_TRACE("rr");
  CHECK_EQUAL(weft_cancelled(f), 1);
  static job j = {1, 0};
  weft_task *t = start(&j);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a future has one result or error, taken with its message", results},
      {"waiters and done-callbacks wake in FIFO order", fifo},
      {"calls run soon, later or at a time, and can be cancelled", calls},
      {"a call cannot suspend", calls_cannot_suspend},
      {"gather keeps the order of results", gather_order},
      {"gather gives the first error, the others keep running",
       gather_first_error},
      {"gather can return errors and cancels as results", gather_return_errors},
      {"cancelling a gather cancels every child", gather_cancelled},
      {"a cancelled child gives CANCELLED without cancelling the gather",
       gather_child_cancelled},
      {"wait_for 0 takes what is done, never starts, cancels what runs",
       wait_for_zero},
      {"wait_for cancels and waits for the end when the time is over",
       wait_for_time},
      {"wait_for returns the value of a child that swallows the cancel",
       wait_for_swallowed},
      {"an outer cancel wins over a finish in the same pass", wait_for_outer},
      {"shield: the outer wait is cancelled, the inner task survives",
       shield_survives},
      {"shield passes on results, errors and cancels", shield_passes_on},
      {"wait: first completed, first exception, all completed", wait_modes},
      {"wait: a cancelled future is no exception",
       wait_cancelled_is_no_exception},
      {"wait: neither its timeout nor a cancel cancels anything",
       wait_cancels_nothing},
      {"as_completed yields in completion order", as_completed},
      {"as_completed: TIMEDOUT for each that is late, which goes on",
       as_completed_late},
      {"a cancel's reason can be read by all whom it reaches", cancel_reason},
      {NULL},
  });
}
