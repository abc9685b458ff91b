/* Locks: see locks.test.mjs. */
#include "../lib/trace.h"

typedef struct locker {
  weft_lock *lock;
  char name;
  weft_event *hold; /* keeps the lock until it is set; NULL: lets go at once */
} locker;

static int lock_it(void *arg) {
  locker *l = arg;
  int rc = weft_lock_acquire(l->lock);
  if (rc < 0) return rc;
  note(l->name);
  if (l->hold) rc = weft_event_wait(l->hold);
  weft_lock_release(l->lock);
  return rc;
}

static int lock_only(void *arg) {
  locker *l = arg;
  int rc = weft_lock_acquire(l->lock);
  if (rc >= 0) note(l->name);
  return rc;
}

static int acquire_fifo(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  CHECK_EQUAL(weft_lock_acquire(&lock), 0);
  locker l[] = {{&lock, '1', NULL}, {&lock, '2', NULL}, {&lock, '3', NULL}};
  weft_create_task(lock_only, &l[0]);
  weft_create_task(lock_only, &l[1]);
  pass(1);
  CHECK_TRACE("");
  weft_lock_release(&lock);
  pass(1);
  CHECK_TRACE("1");
  pass(1);
  CHECK_TRACE("1");
  weft_create_task(lock_only, &l[2]);
  weft_lock_release(&lock);
  pass(1);
  CHECK_TRACE("12");
  weft_lock_release(&lock);
  pass(1);
  CHECK_TRACE("123");
  return 0;
}

/* test_cancel_race: the holder lets go while the next in line is cancelled. */
static int cancel_race(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_event hold = {0};
  locker l[] = {{&lock, 'A', &hold}, {&lock, 'B', NULL}, {&lock, 'C', NULL}};
  weft_task *a = weft_create_task(lock_it, &l[0]);
  pass(1);
  CHECK(weft_lock_locked(&lock));
  weft_task *b = weft_create_task(lock_it, &l[1]);
  pass(1);
  weft_task *c = weft_create_task(lock_it, &l[2]);
  pass(1);
  weft_event_set(&hold);
  CHECK_EQUAL(weft_cancel(b), 1);
  pass(1);
  CHECK(!weft_lock_locked(&lock));
  CHECK_EQUAL(weft_done(a), 1);
  CHECK_EQUAL(weft_cancelled(b), 1);
  CHECK_EQUAL(weft_await(c), 0);
  CHECK_TRACE("AC");
  return 0;
}

/* test_cancel_release_race: one release lets one in, not two. */
static int cancel_release_race(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_lock_acquire(&lock);
  locker l[] = {{&lock, '1', NULL}, {&lock, '2', NULL}, {&lock, '3', NULL}};
  weft_task *t[3];
  for (int i = 0; i < 3; i++) t[i] = weft_create_task(lock_only, &l[i]);
  pass(1);
  weft_cancel(t[0]);
  weft_lock_release(&lock);
  CHECK_EQUAL(weft_await(t[0]), WEFT_ECANCELED);
  pass(3);
  CHECK_TRACE("2");
  CHECK_EQUAL(weft_done(t[1]), 1);
  CHECK_EQUAL(weft_cancel(t[2]), 1);
  CHECK_EQUAL(weft_await(t[2]), WEFT_ECANCELED);
  return 0;
}

/* test_finished_waiter_cancelled: a woken waiter is cancelled and hands over. */
static int finished_waiter_cancelled(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_lock_acquire(&lock);
  locker l[] = {{&lock, 'b', NULL}, {&lock, 'c', NULL}};
  weft_task *b = weft_create_task(lock_only, &l[0]);
  pass(1);
  weft_task *c = weft_create_task(lock_only, &l[1]);
  weft_cancel(b);
  weft_lock_release(&lock);
  pass(1);
  CHECK(weft_lock_locked(&lock));
  CHECK_EQUAL(weft_cancelled(b), 1);
  CHECK_EQUAL(weft_await(c), 0);
  CHECK_TRACE("c");
  return 0;
}

static int woken_then_cancelled(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_lock_acquire(&lock);
  locker l[] = {{&lock, 'b', NULL}, {&lock, 'c', NULL}};
  weft_task *b = weft_create_task(lock_only, &l[0]);
  weft_task *c = weft_create_task(lock_only, &l[1]);
  pass(1);
  weft_lock_release(&lock);
  CHECK_EQUAL(weft_cancel(b), 1); /* it has been woken by the release */
  CHECK_EQUAL(weft_await(c), 0);
  CHECK_EQUAL(weft_await(b), WEFT_ECANCELED);
  CHECK_TRACE("c");
  return 0;
}

static int no_barging(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_lock_acquire(&lock);
  locker l = {&lock, 'b', NULL};
  weft_create_task(lock_it, &l);
  pass(1);
  weft_lock_release(&lock);
  CHECK(!weft_lock_locked(&lock));
  CHECK_EQUAL(weft_lock_acquire(&lock), 0); /* waits for b, who came first */
  CHECK_TRACE("b");
  return 0;
}

static int release_unlocked(void *arg) {
  (void)arg;
  weft_lock lock = {0};
  CHECK_EQUAL(weft_lock_release(&lock), WEFT_EINVAL);
  CHECK_EQUAL(weft_lock_acquire(&lock), 0);
  CHECK_EQUAL(weft_lock_release(&lock), 0);
  CHECK_EQUAL(weft_lock_release(&lock), WEFT_EINVAL);
  return 0;
}

static int timed_out(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_lock_acquire(&lock);
  weft_timeout scope;
  CHECK_EQUAL(weft_timeout_begin(&scope, 1.0), 0);
  int rc = weft_lock_acquire(&lock);
  CHECK_EQUAL(weft_timeout_end(&scope, rc), WEFT_ETIMEDOUT);
  CHECK(weft_time() == 1.0);
  weft_lock_release(&lock);
  CHECK_EQUAL(weft_lock_acquire(&lock), 0);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a lock is acquired in the order of the calls", acquire_fifo},
      {"a lock skips a waiter cancelled in the same pass", cancel_race},
      {"a cancel and a release let one in, not two", cancel_release_race},
      {"a cancelled waiter hands the lock over", finished_waiter_cancelled},
      {"a waiter cancelled after the release hands it over",
       woken_then_cancelled},
      {"nobody gets in between a release and the first waiter", no_barging},
      {"a lock that is not locked refuses a release", release_unlocked},
      {"a lock times out and can be acquired afterwards", timed_out},
      {NULL},
  });
}
