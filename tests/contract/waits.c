/* The ways of waiting for futures: see waits.test.mjs. */
#include "../lib/trace.h"

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

/* The two tasks of gathered[] wait for each other. */
static int gather_other(void *arg) {
  int rc = weft_gather(arg, 1, NULL);
  note(rc == WEFT_ECANCELED ? '!' : '?');
  return rc;
}

static int gather_circle(void *arg) {
  (void)arg;
  clear();
  gathered[0] = weft_create_task(gather_other, &gathered[1]);
  gathered[1] = weft_create_task(gather_other, &gathered[0]);
  pass(2);
  CHECK_EQUAL(weft_cancel(gathered[0]), 1);
  CHECK_EQUAL(weft_await(gathered[0]), WEFT_ECANCELED);
  CHECK_EQUAL(weft_await(gathered[1]), WEFT_ECANCELED);
  CHECK_TRACE("!!");
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

static int slow_end(void *arg) {
  int rc = weft_sleep(10);
  CHECK_EQUAL(weft_sleep(*(double *)arg), 0); /* cleans up */
  return rc;
}

static int wait_for_slow_end(void *arg) {
  (void)arg;
  static double seconds = 3;
  weft_task *t = weft_create_task(slow_end, &seconds);
  CHECK_EQUAL(weft_wait_for(t, 1), WEFT_ETIMEDOUT);
  CHECK(weft_time() == 4);
  t = weft_create_task(slow_end, &seconds);
  pass(1);
  CHECK_EQUAL(weft_wait_for(t, 0), WEFT_ETIMEDOUT);
  CHECK(weft_time() == 7);
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

static int gather_shields(void *arg) {
  weft_task **inner = arg;
  weft_future *shields[] = {weft_shield(inner[0]), weft_shield(inner[1])};
  return weft_gather(shields, 2, NULL);
}

static int gather_shield(void *arg) {
  (void)arg;
  static job j[] = {{1, 1}, {2, 2}};
  weft_task *inner[] = {start(&j[0]), start(&j[1])};
  weft_task *outer = weft_create_task(gather_shields, inner);
  pass(2);
  CHECK_EQUAL(weft_cancel(outer), 1);
  CHECK_EQUAL(weft_await(outer), WEFT_ECANCELED);
  CHECK_EQUAL(weft_await(inner[0]), 1);
  CHECK_EQUAL(weft_await(inner[1]), 2);
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

/* ---- one future in two places */

static int one_twice(void *arg) {
  (void)arg;
  static job j = {1, 5};
  weft_task *t = start(&j), *both[] = {t, t};
  weft_case cases[] = {weft_case_await(t), weft_case_await(t)};
  int results[2];
  CHECK_EQUAL(weft_select(cases, 2), 0);
  CHECK_EQUAL(cases[0].result, 5);
  t = both[0] = both[1] = start(&j);
  CHECK_EQUAL(weft_gather(both, 2, results), 0);
  CHECK(results[0] == 5 && results[1] == 5);
  t = both[0] = both[1] = start(&j);
  CHECK_EQUAL(weft_wait(both, 2, WEFT_ALL_COMPLETED, 3), 2);
  weft_as_completed next;
  weft_future *f;
  CHECK_EQUAL(weft_as_completed_begin(&next, both, 2, 1), 0);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 1);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 1);
  CHECK(f == t);
  CHECK_EQUAL(weft_as_completed_next(&next, &f), 0);
  weft_as_completed_end(&next);
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

int main(void) {
  return run_cases((test_case[]){
      {"gather keeps the order of results", gather_order},
      {"gather gives the first error, the others keep running",
       gather_first_error},
      {"gather can return errors and cancels as results", gather_return_errors},
      {"cancelling a gather cancels every child", gather_cancelled},
      {"tasks that gather each other can be cancelled", gather_circle},
      {"a cancelled child gives CANCELLED without cancelling the gather",
       gather_child_cancelled},
      {"wait_for 0 takes what is done, never starts, cancels what runs",
       wait_for_zero},
      {"wait_for cancels and waits for the end when the time is over",
       wait_for_time},
      {"wait_for waits for the child's end, however long its cleanup takes",
       wait_for_slow_end},
      {"wait_for returns the value of a child that swallows the cancel",
       wait_for_swallowed},
      {"an outer cancel wins over a finish in the same pass", wait_for_outer},
      {"shield: the outer wait is cancelled, the inner task survives",
       shield_survives},
      {"shield keeps the tasks of a gather that is cancelled", gather_shield},
      {"shield passes on results, errors and cancels", shield_passes_on},
      {"wait: first completed, first exception, all completed", wait_modes},
      {"wait: a cancelled future is no exception",
       wait_cancelled_is_no_exception},
      {"wait: neither its timeout nor a cancel cancels anything",
       wait_cancels_nothing},
      {"one future may be waited for in two places at once", one_twice},
      {"as_completed yields in completion order", as_completed},
      {"as_completed: TIMEDOUT for each that is late, which goes on",
       as_completed_late},
      {NULL},
  });
}
