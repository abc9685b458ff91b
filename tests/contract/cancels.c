/* How tasks are cancelled: see tasks.test.mjs. */
#include "../lib/trace.h"

static int never_runs(void *arg) {
  (void)arg;
  note('!');
  return 0;
}

static int cancelled_before_start(void *arg) {
  (void)arg;
  clear();
  weft_task *t = weft_create_task(never_runs, NULL);
  CHECK_EQUAL(weft_cancel(t), 1);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_TRACE("");
  CHECK_EQUAL(weft_cancel(t), 0);
  return 0;
}

static weft_future *awaited;

static int uncancels(void *arg) {
  int rc = weft_await(awaited);
  note(rc < 0 ? '!' : 'r');
  (void)arg;
  return rc;
}

static int cancel_wins(void *arg) {
  (void)arg;
  clear();
  awaited = weft_future_new();
  weft_task *t = weft_create_task(uncancels, NULL);
  pass(1);
  weft_future_set_result(awaited, 3);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_TRACE("!");
  awaited = weft_future_new();
  t = weft_create_task(uncancels, NULL);
  pass(1);
  weft_future_set_result(awaited, 3);
  weft_cancel(t);
  CHECK_EQUAL(weft_uncancel(t), 0);
  CHECK_EQUAL(weft_await(t), 3);
  CHECK_TRACE("!r");
  return 0;
}

static int cancels_itself(void *arg) {
  weft_cancel(weft_current_task());
  return arg ? WEFT_EIO : 5;
}

static int cancel_at_end(void *arg) {
  (void)arg;
  weft_task *t = weft_create_task(cancels_itself, NULL);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_EQUAL(weft_cancelled(t), 1);
  t = weft_create_task(cancels_itself, &t);
  CHECK_EQUAL(weft_await(t), WEFT_EIO);
  CHECK_EQUAL(weft_cancelled(t), 0);
  return 0;
}

static int self_then_sleep(void *arg) {
  (void)arg;
  weft_cancel(weft_current_task());
  note('a');
  CHECK_EQUAL(weft_sleep(1), WEFT_ECANCELED);
  note('b');
  CHECK_EQUAL(weft_sleep(1), 0);
  note('c');
  return 1;
}

static int self_cancel(void *arg) {
  (void)arg;
  clear();
  CHECK_EQUAL(weft_await(weft_create_task(self_then_sleep, NULL)), 1);
  CHECK_TRACE("abc");
  CHECK(weft_time() == 1);
  return 0;
}

static int cleans_up(void *arg) {
  int rc = weft_sleep(9);
  note('c');
  CHECK_EQUAL(weft_sleep(1), 0);
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 1);
  CHECK_EQUAL(weft_uncancel(weft_current_task()), 0);
  CHECK_EQUAL(weft_uncancel(weft_current_task()), 0);
  note('d');
  return arg ? 4 : rc;
}

static int one_request(void *arg) {
  (void)arg;
  clear();
  weft_task *t = weft_create_task(cleans_up, NULL);
  pass(1);
  weft_cancel(t);
  CHECK_EQUAL(weft_cancelling(t), 1);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  t = weft_create_task(cleans_up, &t);
  pass(1);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), 4);
  CHECK_TRACE("cdcd");
  CHECK(weft_time() == 2);
  CHECK_EQUAL(weft_uncancel(NULL), WEFT_EINVAL);
  return 0;
}

static int cleans_up_twice(void *arg) {
  (void)arg;
  CHECK_EQUAL(weft_sleep(9), WEFT_ECANCELED);
  note('a');
  CHECK_EQUAL(weft_sleep(9), WEFT_ECANCELED); /* cleans up, is asked again */
  note('b');
  CHECK_EQUAL(weft_cancelling(weft_current_task()), 2);
  CHECK_EQUAL(weft_sleep(1), 0);
  return WEFT_ECANCELED;
}

static int cancelled_in_cleanup(void *arg) {
  (void)arg;
  clear();
  weft_task *t = weft_create_task(cleans_up_twice, NULL);
  pass(1);
  weft_cancel(t);
  pass(1);
  CHECK_TRACE("a");
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_TRACE("ab");
  CHECK(weft_time() == 1);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a task cancelled before its first run never runs",
       cancelled_before_start},
      {"a cancel wins over a result that is there, uncancel revokes it",
       cancel_wins},
      {"a task that cancels itself and returns ends cancelled", cancel_at_end},
      {"a pending self-cancel hits the next suspension", self_cancel},
      {"one request interrupts one suspension, cleanup can wait", one_request},
      {"a second request interrupts the cleanup after the first",
       cancelled_in_cleanup},
      {NULL},
  });
}
