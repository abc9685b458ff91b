/* Conditions: see conditions.test.mjs. */
#include "../lib/trace.h"

typedef struct consumer {
  weft_condition *condition;
  int *state;
  char name;
  bool keep; /* the lock */
} consumer;

static int wait_once(void *arg) {
  consumer *c = arg;
  int rc = weft_condition_acquire(c->condition);
  if (rc < 0) return rc;
  rc = weft_condition_wait(c->condition);
  if (rc >= 0) note(c->name);
  if (!c->keep || rc < 0) weft_condition_release(c->condition);
  return rc;
}

/* ConditionTests.test_wait */
static int condition_one_by_one(void *arg) {
  (void)arg;
  clear();
  weft_condition condition = {0};
  consumer c[] = {{&condition, NULL, '1', true},
                  {&condition, NULL, '2', true},
                  {&condition, NULL, '3', true}};
  for (int i = 0; i < 3; i++) weft_create_task(wait_once, &c[i]);
  pass(1);
  CHECK(!weft_condition_locked(&condition));
  CHECK_EQUAL(weft_condition_acquire(&condition), 0);
  CHECK_EQUAL(weft_condition_notify(&condition, 1), 0);
  pass(1);
  CHECK_TRACE("");
  CHECK(weft_condition_locked(&condition));
  weft_condition_release(&condition);
  pass(1);
  CHECK_TRACE("1");
  CHECK(weft_condition_locked(&condition));
  weft_condition_notify(&condition, 2);
  pass(1);
  CHECK_TRACE("1");
  weft_condition_release(&condition);
  pass(1);
  CHECK_TRACE("12");
  weft_condition_release(&condition);
  pass(1);
  CHECK_TRACE("123");
  return 0;
}

static int condition_notify(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_condition condition = {.lock = &lock};
  consumer c[] = {{&condition, NULL, '1', false},
                  {&condition, NULL, '2', false},
                  {&condition, NULL, '3', false}};
  for (int i = 0; i < 3; i++) weft_create_task(wait_once, &c[i]);
  pass(1);
  weft_lock_acquire(&lock);
  weft_condition_notify(&condition, 1);
  weft_lock_release(&lock);
  pass(1);
  CHECK_TRACE("1");
  weft_condition_acquire(&condition);
  weft_condition_notify(&condition, 1);
  weft_condition_notify(&condition, 2048);
  weft_condition_release(&condition);
  pass(2);
  CHECK_TRACE("123");
  CHECK(!weft_lock_locked(&lock));
  return 0;
}

static int condition_notify_all(void *arg) {
  (void)arg;
  clear();
  weft_condition condition = {0};
  consumer c[] = {{&condition, NULL, '1', false},
                  {&condition, NULL, '2', false}};
  for (int i = 0; i < 2; i++) weft_create_task(wait_once, &c[i]);
  pass(1);
  weft_condition_acquire(&condition);
  weft_condition_notify_all(&condition);
  weft_condition_release(&condition);
  pass(2);
  CHECK_TRACE("12");
  return 0;
}

static int condition_unlocked(void *arg) {
  (void)arg;
  weft_condition condition = {0};
  CHECK_EQUAL(weft_condition_wait(&condition), WEFT_EINVAL);
  CHECK_EQUAL(weft_condition_notify(&condition, 1), WEFT_EINVAL);
  CHECK_EQUAL(weft_condition_notify_all(&condition), WEFT_EINVAL);
  CHECK_EQUAL(weft_condition_release(&condition), WEFT_EINVAL);
  return 0;
}

static int acquire_and_wait(void *arg) {
  consumer *c = arg;
  int rc = weft_condition_acquire(c->condition);
  if (rc < 0) return rc;
  note('w');
  rc = weft_condition_wait(c->condition);
  CHECK(weft_condition_locked(c->condition));
  weft_condition_release(c->condition);
  return rc;
}

/* test_wait_cancel_after_notify: cancelled while it acquires the lock again. */
static int wait_cancel_after_notify(void *arg) {
  (void)arg;
  clear();
  weft_condition condition = {0};
  consumer c = {&condition, NULL, 'c', false};
  weft_task *waiter = weft_create_task(acquire_and_wait, &c);
  pass(1);
  weft_condition_acquire(&condition);
  weft_condition_notify(&condition, 1);
  pass(1);
  weft_cancel(waiter);
  pass(1);
  CHECK_EQUAL(weft_done(waiter), 0); /* it must have the lock first */
  weft_condition_release(&condition);
  pass(1);
  CHECK_EQUAL(weft_cancelled(waiter), 1);
  CHECK_TRACE("w");
  CHECK(!weft_condition_locked(&condition));
  return 0;
}

static int wait_with_lock(void *arg) { return weft_condition_wait(arg); }

/* test_wait_cancel */
static int wait_cancel_locks(void *arg) {
  (void)arg;
  weft_condition condition = {0};
  weft_condition_acquire(&condition);
  weft_task *waiter = weft_create_task(wait_with_lock, &condition);
  pass(1);
  CHECK(!weft_condition_locked(&condition));
  weft_cancel(waiter);
  CHECK_EQUAL(weft_await(waiter), WEFT_ECANCELED);
  CHECK(weft_condition_locked(&condition));
  return 0;
}

static int has_item(void *arg) { return *(int *)arg != 0; }
static int is_zero(void *arg) { return *(int *)arg == 0; }

static int consume(void *arg) {
  consumer *c = arg;
  int rc = weft_condition_acquire(c->condition);
  if (rc < 0) return rc;
  for (;;) {
    rc = weft_condition_wait_for(c->condition, has_item, c->state);
    if (rc < 0 || *c->state < 0) break;
    --*c->state;
    note(c->name);
  }
  weft_condition_release(c->condition);
  return rc < 0 ? rc : 0;
}

/* test_cancelled_wakeup, test_cancelled_wakeup_relock */
static int cancelled_wakeup_after(int passes) {
  clear();
  weft_condition condition = {0};
  int state = 0;
  consumer c[] = {{&condition, &state, '1', false},
                  {&condition, &state, '2', false}};
  weft_task *t[2];
  for (int i = 0; i < 2; i++) t[i] = weft_create_task(consume, &c[i]);
  pass(1);
  weft_condition_acquire(&condition);
  state++;
  weft_condition_notify(&condition, 1);
  pass(passes);
  weft_cancel(t[0]);
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.01);
  int rc = weft_condition_wait_for(&condition, is_zero, &state);
  /* Nobody notifies the producer, so it waits in vain, as CPython's does. */
  CHECK_EQUAL(weft_timeout_end(&scope, rc), WEFT_ETIMEDOUT);
  CHECK_EQUAL(state, 0);
  CHECK_TRACE("2");
  state = -1;
  weft_condition_notify_all(&condition);
  weft_condition_release(&condition);
  CHECK_EQUAL(weft_await(t[0]), WEFT_ECANCELED);
  return weft_await(t[1]);
}

static int cancelled_wakeup(void *arg) {
  (void)arg;
  return cancelled_wakeup_after(0);
}

static int cancelled_wakeup_relock(void *arg) {
  (void)arg;
  return cancelled_wakeup_after(1);
}

/* test_wait_cancel_contested */
static int wait_cancel_contested(void *arg) {
  (void)arg;
  weft_condition condition = {0};
  weft_condition_acquire(&condition);
  weft_task *waiter = weft_create_task(wait_with_lock, &condition);
  pass(1);
  CHECK(!weft_condition_locked(&condition));
  weft_condition_acquire(&condition);
  weft_condition_notify(&condition, 1);
  pass(1);
  weft_cancel(waiter);
  weft_condition_release(&condition);
  CHECK_EQUAL(weft_await(waiter), WEFT_ECANCELED);
  CHECK(weft_condition_locked(&condition));
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a condition lets the notified in one by one", condition_one_by_one},
      {"a condition wakes as many as it is told", condition_notify},
      {"notify_all wakes all, in order", condition_notify_all},
      {"a condition refuses who does not hold its lock", condition_unlocked},
      {"a condition reports a cancel with the lock held", wait_cancel_locks},
      {"cancelled after a notify, it acquires the lock first",
       wait_cancel_after_notify},
      {"cancelled while it contests the lock, it gets it",
       wait_cancel_contested},
      {"a notify is not lost to a cancel before the wakeup", cancelled_wakeup},
      {"a notify is not lost to a cancel at the lock", cancelled_wakeup_relock},
      {NULL},
  });
}
