/* Task groups and timeout scopes: see groups.test.mjs. */
#include "../lib/trace.h"

typedef struct job {
  double seconds;
  int result;
  char name; /* noted at the end, in capitals when cancelled */
  int then;  /* what it returns instead of WEFT_ECANCELED */
} job;

static int work(void *arg) {
  job *j = arg;
  int rc = weft_sleep(j->seconds);
  note(rc < 0 ? (char)(j->name - 32) : j->name);
  if (rc < 0) return j->then ? j->then : rc;
  return j->result;
}

/* ---- groups */

static int group_waits(void *arg) {
  (void)arg;
  clear();
  static job a = {2, 20, 'a'}, b = {1, 10, 'b'};
  weft_task_group g;
  CHECK_EQUAL(weft_task_group_begin(&g), 0);
  weft_task *ta = weft_task_group_create_task(&g, work, &a);
  weft_task *tb = weft_task_group_create_task(&g, work, &b);
  CHECK_EQUAL(weft_task_group_end(&g, 5), 5);
  CHECK_TRACE("ba");
  CHECK_EQUAL(weft_result(ta), 20);
  CHECK_EQUAL(weft_result(tb), 10);
  CHECK(weft_task_group_create_task(&g, work, &a) == NULL);
  CHECK(strcmp(weft_errmsg(WEFT_ECLOSED), "the task group has ended") == 0);
  return 0;
}

static int group_child_fails(void *arg) {
  (void)arg;
  clear();
  static job a = {1, WEFT_EIO, 'a'}, b = {9, 0, 'b', WEFT_EACCES},
             c = {9, 0, 'c'};
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, work, &a));
  weft_release(weft_task_group_create_task(&g, work, &b));
  weft_release(weft_task_group_create_task(&g, work, &c));
  int rc = weft_sleep(5);
  CHECK_EQUAL(rc, WEFT_ECANCELED);
  note('!');
  CHECK(weft_task_group_create_task(&g, work, &a) == NULL);
  CHECK_EQUAL(weft_task_group_end(&g, rc), WEFT_EGROUP);
  CHECK_TRACE("aBC!");
  CHECK(weft_time() == 1);
  weft_task_error errors[4];
  CHECK_EQUAL((int)weft_task_group_errors(errors, 4), 2);
  CHECK_EQUAL(errors[0].code, WEFT_EIO);
  CHECK(strcmp(errors[0].name, "work") == 0);
  CHECK_EQUAL(errors[1].code, WEFT_EACCES);
  CHECK(strstr(weft_errmsg(WEFT_EGROUP), "WEFT_EIO"));
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 0);
  CHECK_EQUAL(weft_sleep(1), 0);
  return 0;
}

static int group_body_fails(void *arg) {
  (void)arg;
  clear();
  static job a = {1, 0, 'a'};
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, work, &a));
  pass(1);
  CHECK_EQUAL(weft_task_group_end(&g, WEFT_EPROTO), WEFT_EGROUP);
  CHECK_TRACE("A");
  weft_task_error e;
  CHECK_EQUAL((int)weft_task_group_errors(&e, 1), 1);
  CHECK_EQUAL(e.code, WEFT_EPROTO);
  return 0;
}

static int grouped(void *arg) {
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, work, arg));
  int rc = weft_task_group_end(&g, 0);
  note('e');
  if (rc == WEFT_EGROUP) {
    CHECK_EQUAL(weft_cancelling(weft_current_task()), 1);
    CHECK_EQUAL(weft_sleep(1), WEFT_ECANCELED);
    CHECK_EQUAL(weft_sleep(1), 0);
  }
  return rc;
}

static int group_cancelled(void *arg) {
  (void)arg;
  clear();
  static job a = {9, 0, 'a'}, b = {9, 0, 'b', WEFT_EIO};
  weft_task *t = weft_create_task(grouped, &a);
  pass(2);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_TRACE("Ae");
  t = weft_create_task(grouped, &b);
  pass(2);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_EGROUP);
  CHECK_TRACE("AeBe");
  return 0;
}

static int canceller(void *arg) {
  weft_sleep(1);
  return weft_task_group_cancel(arg);
}

static int group_cancel(void *arg) {
  (void)arg;
  clear();
  static job a = {9, 0, 'a'};
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, work, &a));
  weft_task *t = weft_create_task(canceller, &g);
  int rc = weft_sleep(5);
  CHECK_EQUAL(rc, WEFT_ECANCELED);
  CHECK_EQUAL(weft_task_group_end(&g, rc), 0);
  CHECK_TRACE("A");
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 0);
  return weft_await(t);
}

static int joins(void *arg) {
  weft_task_group *g = arg;
  static job a = {9, 0, 'a'}, b = {9, 0, 'b'};
  weft_task_group_begin(g);
  weft_release(weft_task_group_create_task(g, work, &a));
  weft_release(weft_task_group_create_task(g, work, &b));
  int rc = weft_task_group_end(g, 3);
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 0);
  CHECK_EQUAL(weft_sleep(1), 0);
  return rc;
}

/* While the end of the group waits: asked for it once, and once again. */
static int group_cancel_joining(void *arg) {
  (void)arg;
  clear();
  weft_task_group g;
  weft_task *t = weft_create_task(joins, &g);
  pass(2);
  CHECK_EQUAL(weft_task_group_cancel(&g), 0);
  CHECK_EQUAL(weft_task_group_cancel(&g), 0);
  static job c = {1, 0, 'c'};
  CHECK(weft_task_group_create_task(&g, work, &c) == NULL);
  CHECK_EQUAL(weft_await(t), 3);
  CHECK_TRACE("AB");
  CHECK(weft_time() == 1);
  return 0;
}

static int slow_to_end(void *arg) {
  (void)arg;
  int rc = weft_sleep(9);
  CHECK_EQUAL(weft_sleep(2), 0);
  return rc;
}

static int joins_slow(void *arg) {
  weft_task_group *g = arg;
  weft_task_group_begin(g);
  weft_release(weft_task_group_create_task(g, slow_to_end, NULL));
  int rc = weft_task_group_end(g, 3);
  note('e');
  return rc;
}

/* What else comes while the end of a cancelled group waits is not lost. */
static int group_cancel_and_outside(void *arg) {
  (void)arg;
  clear();
  weft_task_group g;
  weft_task *t = weft_create_task(joins_slow, &g);
  pass(2);
  weft_task_group_cancel(&g);
  CHECK_EQUAL(weft_sleep(1), 0);
  CHECK_EQUAL(weft_cancel(t), 1);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_TRACE("e");
  CHECK(weft_time() == 2);
  return 0;
}

static int cleans_up_in_group(void *arg) {
  CHECK_EQUAL(weft_sleep(9), WEFT_ECANCELED);
  int rc = joins_slow(arg);
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 1);
  return rc;
}

/* The group is in a cleanup: the cancel before it is not one of it. */
static int group_cancel_in_cleanup(void *arg) {
  (void)arg;
  clear();
  weft_task_group g;
  weft_task *t = weft_create_task(cleans_up_in_group, &g);
  pass(1);
  weft_cancel(t);
  pass(2);
  weft_task_group_cancel(&g);
  CHECK_EQUAL(weft_await(t), 3);
  CHECK_TRACE("e");
  return 0;
}

/* test_cancelling_level_preserved: cancelled once before, as deep after. */
static int counted(void *arg) {
  weft_task *me = weft_current_task();
  weft_cancel(me);
  CHECK_EQUAL(weft_sleep(1), WEFT_ECANCELED);
  static job a = {1, WEFT_EIO, 'a'};
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, work, arg ? arg : &a));
  int rc = weft_task_group_end(&g, weft_sleep(5));
  CHECK_EQUAL(weft_cancelling(me), 1);
  return rc;
}

static int group_counts(void *arg) {
  (void)arg;
  static job well = {1, 0, 'a'};
  CHECK_EQUAL(weft_await(weft_create_task(counted, &well)), 0);
  CHECK_EQUAL(weft_await(weft_create_task(counted, NULL)), WEFT_EGROUP);
  return 0;
}

/* A child that has failed before its creation returns. */
static int fails_at_once(void *arg) {
  note(*(char *)arg);
  return WEFT_EPROTO;
}

static int group_eager_fails(void *arg) {
  (void)arg;
  clear();
  static job a = {9, 0, 'a'};
  static const weft_task_options eager = {.eager = true};
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, work, &a));
  weft_task *t =
      weft_task_group_create_task_with(&g, fails_at_once, "x", &eager);
  CHECK_EQUAL(weft_done(t), 1);
  note('-'); /* nobody is cancelled yet */
  int rc = weft_sleep(5);
  CHECK_EQUAL(rc, WEFT_ECANCELED);
  CHECK_EQUAL(weft_task_group_end(&g, rc), WEFT_EGROUP);
  CHECK_TRACE("x-A");
  CHECK(weft_time() == 0);
  return 0;
}

static int nested_body(void *arg) {
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, work, arg));
  return weft_task_group_end(&g, 0);
}

static int groups_nest(void *arg) {
  (void)arg;
  clear();
  static job a = {1, WEFT_EIO, 'a'}, b = {9, 0, 'b'};
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, nested_body, &a));
  weft_release(weft_task_group_create_task(&g, nested_body, &b));
  CHECK_EQUAL(weft_task_group_end(&g, 0), WEFT_EGROUP);
  CHECK_TRACE("aB");
  weft_task_error e[2];
  CHECK_EQUAL((int)weft_task_group_errors(e, 2), 1);
  CHECK_EQUAL(e[0].code, WEFT_EGROUP);
  CHECK(strstr(e[0].message, "WEFT_EIO"));
  return 0;
}

/* ---- timeouts */

static int timeouts_nest(void *arg) {
  (void)arg;
  weft_timeout outer, inner;
  CHECK_EQUAL(weft_timeout_begin(&outer, 1), 0);
  CHECK_EQUAL(weft_timeout_begin(&inner, 2), 0);
  int rc = weft_timeout_end(&inner, weft_sleep(9));
  CHECK_EQUAL(rc, WEFT_ECANCELED);
  CHECK(!weft_timeout_expired(&inner));
  CHECK_EQUAL(weft_timeout_end(&outer, rc), WEFT_ETIMEDOUT);
  CHECK(weft_timeout_expired(&outer));
  CHECK(weft_time() == 1);
  CHECK_EQUAL(weft_sleep(1), 0);
  weft_timeout_begin(&outer, 1);
  weft_timeout_begin(&inner, 1);
  rc = weft_timeout_end(&inner, weft_sleep(9));
  CHECK_EQUAL(rc, WEFT_ECANCELED);
  CHECK_EQUAL(weft_timeout_end(&outer, rc), WEFT_ETIMEDOUT);
  weft_timeout_begin(&outer, 2);
  weft_timeout_begin(&inner, 1);
  rc = weft_timeout_end(&inner, weft_sleep(9));
  CHECK_EQUAL(rc, WEFT_ETIMEDOUT);
  CHECK_EQUAL(weft_timeout_end(&outer, rc), WEFT_ETIMEDOUT);
  CHECK(!weft_timeout_expired(&outer));
  return 0;
}

static int timeout_zero(void *arg) {
  (void)arg;
  weft_timeout t;
  CHECK_EQUAL(weft_timeout_begin(&t, 0), 0);
  CHECK_EQUAL(weft_timeout_end(&t, 7), 7);
  CHECK(!weft_timeout_expired(&t));
  weft_timeout_begin(&t, 0);
  CHECK_EQUAL(weft_timeout_end(&t, weft_sleep(0)), WEFT_ETIMEDOUT);
  weft_timeout_begin(&t, -1);
  CHECK_EQUAL(weft_timeout_end(&t, weft_sleep(1)), WEFT_ETIMEDOUT);
  CHECK(weft_time() == 0);
  weft_timeout_begin(&t, WEFT_FOREVER);
  CHECK(weft_timeout_when(&t) == WEFT_FOREVER);
  CHECK_EQUAL(weft_timeout_end(&t, weft_sleep(1)), 0);
  CHECK_EQUAL(weft_timeout_begin(&t, NAN), WEFT_EINVAL);
  return 0;
}

static void set_result(void *future) { weft_future_set_result(future, 3); }

/* The deadline and the result come in one pass, the result first. */
static int timeout_and_result(void *arg) {
  (void)arg;
  weft_future *f = weft_future_new();
  weft_release(weft_call_later(1, set_result, f));
  weft_timeout t;
  weft_timeout_begin(&t, 1);
  CHECK_EQUAL(weft_timeout_end(&t, weft_await(f)), WEFT_ETIMEDOUT);
  CHECK_EQUAL(weft_result(f), 3);
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 0);
  f = weft_future_new();
  weft_release(weft_call_later(1, set_result, f));
  CHECK_EQUAL(weft_wait_for(f, 1), WEFT_ETIMEDOUT);
  CHECK_EQUAL(weft_result(f), 3);
  return 0;
}

static int timed(void *arg) {
  weft_timeout *t = arg;
  weft_timeout_begin(t, 5);
  int rc = weft_sleep(9);
  return weft_timeout_end(t, rc);
}

static int foreign_cancel(void *arg) {
  (void)arg;
  weft_timeout t;
  weft_task *task = weft_create_task(timed, &t);
  weft_sleep(1);
  weft_cancel(task);
  CHECK_EQUAL(weft_await(task), WEFT_ECANCELED);
  CHECK(!weft_timeout_expired(&t));
  task = weft_create_task(timed, &t);
  weft_sleep(5);
  weft_cancel(task);
  weft_cancel(task);
  CHECK_EQUAL(weft_await(task), WEFT_ECANCELED);
  return 0;
}

static int reschedule(void *arg) {
  (void)arg;
  weft_timeout t;
  weft_timeout_begin(&t, 1);
  CHECK(weft_timeout_when(&t) == 1);
  CHECK_EQUAL(weft_timeout_reschedule(&t, 3), 0);
  CHECK_EQUAL(weft_sleep(2), 0);
  CHECK_EQUAL(weft_timeout_reschedule_at(&t, 4), 0);
  CHECK(weft_timeout_when(&t) == 4);
  int rc = weft_sleep(9);
  CHECK(weft_time() == 4);
  CHECK_EQUAL(weft_timeout_reschedule(&t, 3), WEFT_EALREADY);
  CHECK_EQUAL(weft_timeout_end(&t, rc), WEFT_ETIMEDOUT);
  CHECK_EQUAL(weft_timeout_begin_at(&t, 6), 0);
  CHECK_EQUAL(weft_timeout_end(&t, weft_sleep(9)), WEFT_ETIMEDOUT);
  CHECK(weft_time() == 6);
  CHECK_EQUAL(weft_timeout_begin_at(&t, 1), 0);
  CHECK_EQUAL(weft_timeout_reschedule(&t, WEFT_FOREVER), 0);
  CHECK_EQUAL(weft_timeout_end(&t, weft_sleep(1)), 0);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a task group ends after its tasks", group_waits},
      {"a child's error cancels siblings and the body, errors are grouped",
       group_child_fails},
      {"the body's error cancels the tasks", group_body_fails},
      {"an outside cancel propagates, after errors at the next suspension",
       group_cancelled},
      {"a group can be cancelled without failing", group_cancel},
      {"a group can be cancelled while its end waits", group_cancel_joining},
      {"a cancel from outside is not lost while a cancelled group ends",
       group_cancel_and_outside},
      {"a cancelled group in a cleanup ends as the body did",
       group_cancel_in_cleanup},
      {"a group leaves the count of cancel requests as it was", group_counts},
      {"an eager task that fails at once cancels its group in the next pass",
       group_eager_fails},
      {"groups nest", groups_nest},
      {"timeout scopes nest; with one deadline only the outermost is TIMEDOUT",
       timeouts_nest},
      {"a timeout of 0 fires at the first suspension, or not at all",
       timeout_zero},
      {"a deadline wins over a result that comes in the same pass",
       timeout_and_result},
      {"a foreign cancel never becomes TIMEDOUT", foreign_cancel},
      {"a timeout can be rescheduled, and be absolute", reschedule},
      {NULL},
  });
}
