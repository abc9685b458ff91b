/* Locks, events, conditions and semaphores: see locks.test.mjs. */
#include "../lib/cases.h"

#include <string.h>

/* What happened, in order, one letter each. */
static char trace[64];
static void note(char c) { strncat(trace, &c, 1); }
static void clear(void) { trace[0] = 0; }
#define CHECK_TRACE(expected) CHECK(strcmp(trace, (expected)) == 0)

/* ---- locks */

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

/* ---- events */

typedef struct waiting {
  weft_event *event;
  char name;
} waiting;

static int wait_event(void *arg) {
  waiting *w = arg;
  int rc = weft_event_wait(w->event);
  if (rc >= 0) note(w->name);
  return rc;
}

/* EventTests.test_wait */
static int event_wakes_all(void *arg) {
  (void)arg;
  clear();
  weft_event event = {0};
  waiting w[] = {{&event, '1'}, {&event, '2'}, {&event, '3'}};
  weft_create_task(wait_event, &w[0]);
  weft_create_task(wait_event, &w[1]);
  pass(1);
  CHECK_TRACE("");
  weft_create_task(wait_event, &w[2]);
  weft_event_set(&event);
  pass(1);
  CHECK_TRACE("312"); /* the third did not have to wait */
  CHECK_EQUAL(weft_event_wait(&event), 0);
  return 0;
}

static int event_cleared(void *arg) {
  (void)arg;
  clear();
  weft_event event = {0};
  waiting w = {&event, '1'};
  weft_task *t = weft_create_task(wait_event, &w);
  pass(1);
  weft_event_set(&event);
  weft_event_clear(&event);
  CHECK(!weft_event_is_set(&event));
  weft_event_set(&event);
  weft_event_set(&event);
  weft_event_clear(&event);
  pass(1);
  CHECK_TRACE("1");
  CHECK_EQUAL(weft_result(t), 0);
  return 0;
}

static int event_cancelled(void *arg) {
  (void)arg;
  clear();
  weft_event event = {0};
  waiting w[] = {{&event, '1'}, {&event, '2'}};
  weft_task *t1 = weft_create_task(wait_event, &w[0]);
  weft_task *t2 = weft_create_task(wait_event, &w[1]);
  pass(1);
  weft_cancel(t1);
  CHECK_EQUAL(weft_await(t1), WEFT_ECANCELED);
  weft_event_set(&event);
  weft_cancel(t2); /* woken already: the cancel wins all the same */
  CHECK_EQUAL(weft_await(t2), WEFT_ECANCELED);
  CHECK_TRACE("");
  return 0;
}

/* ---- conditions */

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

/* ---- semaphores */

typedef struct acquirer {
  weft_semaphore *semaphore;
  char name;
} acquirer;

static int acquire(void *arg) {
  acquirer *a = arg;
  int rc = weft_semaphore_acquire(a->semaphore);
  if (rc >= 0) note(a->name);
  return rc;
}

/* SemaphoreTests.test_acquire */
static int semaphore_counts(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(3);
  CHECK_EQUAL(weft_semaphore_acquire(&semaphore), 0);
  CHECK_EQUAL(weft_semaphore_acquire(&semaphore), 0);
  CHECK(!weft_semaphore_locked(&semaphore));
  acquirer a[] = {{&semaphore, '1'},
                  {&semaphore, '2'},
                  {&semaphore, '3'},
                  {&semaphore, '4'}};
  for (int i = 0; i < 3; i++) weft_create_task(acquire, &a[i]);
  pass(1);
  CHECK_TRACE("1");
  CHECK(weft_semaphore_locked(&semaphore));
  weft_task *t4 = weft_create_task(acquire, &a[3]);
  weft_semaphore_release(&semaphore);
  weft_semaphore_release(&semaphore);
  pass(1);
  CHECK_TRACE("123");
  CHECK(weft_semaphore_locked(&semaphore));
  weft_semaphore_release(&semaphore);
  CHECK_EQUAL(weft_await(t4), 0);
  CHECK_TRACE("1234");
  return 0;
}

/* test_acquire_cancel_before_awoken */
static int semaphore_cancel_before_awoken(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(0);
  acquirer a[] = {{&semaphore, '1'},
                  {&semaphore, '2'},
                  {&semaphore, '3'},
                  {&semaphore, '4'}};
  weft_task *t[4];
  for (int i = 0; i < 4; i++) t[i] = weft_create_task(acquire, &a[i]);
  pass(1);
  weft_cancel(t[0]);
  weft_cancel(t[1]);
  weft_semaphore_release(&semaphore);
  pass(2);
  CHECK_TRACE("3");
  CHECK_EQUAL(weft_done(t[2]), 1);
  CHECK_EQUAL(weft_done(t[3]), 0);
  weft_cancel(t[3]);
  CHECK_EQUAL(weft_await(t[3]), WEFT_ECANCELED);
  return 0;
}

/* test_acquire_hang */
static int semaphore_no_hang(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(0);
  acquirer a[] = {{&semaphore, '1'}, {&semaphore, '2'}};
  weft_task *t1 = weft_create_task(acquire, &a[0]);
  weft_task *t2 = weft_create_task(acquire, &a[1]);
  pass(1);
  weft_cancel(t1);
  weft_semaphore_release(&semaphore);
  pass(2);
  CHECK(weft_semaphore_locked(&semaphore));
  CHECK_EQUAL(weft_result(t2), 0);
  return 0;
}

static int semaphore_woken_then_cancelled(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(0);
  acquirer a[] = {{&semaphore, '1'}, {&semaphore, '2'}};
  weft_task *t1 = weft_create_task(acquire, &a[0]);
  weft_task *t2 = weft_create_task(acquire, &a[1]);
  pass(1);
  weft_semaphore_release(&semaphore);
  weft_cancel(t1);
  CHECK_EQUAL(weft_await(t2), 0);
  CHECK_EQUAL(weft_await(t1), WEFT_ECANCELED);
  CHECK_TRACE("2");
  return 0;
}

static int twice(void *arg) {
  acquirer *a = arg;
  for (int i = 0; i < 2; i++) {
    int rc = weft_semaphore_acquire(a->semaphore);
    if (rc < 0) return rc;
    note((char)(a->name + (i ? 'A' - 'a' : 0)));
    rc = weft_sleep(0.01);
    weft_semaphore_release(a->semaphore);
    if (rc < 0) return rc;
  }
  return 0;
}

/* test_acquire_fifo_order */
static int fifo_order_1(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(1);
  acquirer a[] = {{&semaphore, 'a'}, {&semaphore, 'b'}, {&semaphore, 'c'}};
  weft_task *t[3];
  for (int i = 0; i < 3; i++) t[i] = weft_create_task(twice, &a[i]);
  CHECK_EQUAL(weft_gather(t, 3, NULL), 0);
  CHECK_TRACE("abcABC");
  return 0;
}

static int again(void *arg) {
  acquirer *a = arg;
  int rc = acquire(a);
  if (rc < 0) return rc;
  weft_semaphore_release(a->semaphore);
  a->name = '4';
  return acquire(a);
}

/* test_acquire_fifo_order_2 */
static int fifo_order_2(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(1);
  acquirer a[] = {{&semaphore, '1'}, {&semaphore, '2'}, {&semaphore, '3'}};
  weft_task *t[] = {weft_create_task(acquire, &a[0]),
                    weft_create_task(again, &a[1]),
                    weft_create_task(acquire, &a[2])};
  pass(1);
  weft_semaphore_release(&semaphore);
  weft_semaphore_release(&semaphore);
  CHECK_EQUAL(weft_gather(t, 3, NULL), 0);
  CHECK_TRACE("1234");
  return 0;
}

/* test_acquire_fifo_order_3 */
static int fifo_order_3(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(0);
  acquirer a[] = {{&semaphore, '1'}, {&semaphore, '2'}, {&semaphore, '3'}};
  weft_task *t[3];
  for (int i = 0; i < 3; i++) t[i] = weft_create_task(acquire, &a[i]);
  pass(1);
  weft_cancel(t[0]);
  pass(1);
  weft_semaphore_release(&semaphore);
  weft_semaphore_release(&semaphore);
  for (int i = 0; i < 3; i++) weft_await(t[i]);
  CHECK_TRACE("23");
  return 0;
}

/* test_acquire_fifo_order_4 */
static int note_4(void *arg) {
  (void)arg;
  note('4');
  return 0;
}

static int acquire_and_create(void *arg) {
  acquirer *a = arg;
  int rc = weft_semaphore_acquire(a->semaphore);
  if (rc < 0) return rc;
  CHECK(weft_semaphore_locked(a->semaphore));
  weft_create_task(note_4, NULL); /* runs after the third, not the second */
  note('1');
  return 0;
}

static int release_and_acquire(void *arg) {
  acquirer *a = arg;
  for (int i = 0; i < 3; i++) weft_semaphore_release(a->semaphore);
  CHECK(weft_semaphore_locked(a->semaphore)); /* the first did not run yet */
  return acquire(a);
}

static int fifo_order_4(void *arg) {
  (void)arg;
  clear();
  weft_semaphore semaphore = WEFT_SEMAPHORE(0);
  acquirer a[] = {{&semaphore, '1'}, {&semaphore, '2'}, {&semaphore, '3'}};
  weft_create_task(acquire_and_create, &a[0]);
  weft_create_task(release_and_acquire, &a[1]);
  weft_create_task(acquire, &a[2]);
  pass(4);
  CHECK_TRACE("1234");
  return 0;
}

static int bounded(void *arg) {
  (void)arg;
  weft_semaphore semaphore = WEFT_BOUNDED_SEMAPHORE(1);
  CHECK_EQUAL(weft_semaphore_release(&semaphore), WEFT_ERANGE);
  CHECK_EQUAL(weft_semaphore_acquire(&semaphore), 0);
  CHECK_EQUAL(weft_semaphore_release(&semaphore), 0);
  CHECK_EQUAL(weft_semaphore_release(&semaphore), WEFT_ERANGE);
  weft_semaphore_init(&semaphore, 0);
  CHECK(weft_semaphore_locked(&semaphore));
  CHECK_EQUAL(weft_semaphore_release(&semaphore), 0);
  CHECK(!weft_semaphore_locked(&semaphore));
  return 0;
}

/* ---- all of them */

static int cancelled_twice(void *arg) {
  (void)arg;
  clear();
  weft_lock lock = {0};
  weft_event never = {0};
  weft_semaphore none = WEFT_SEMAPHORE(0);
  weft_lock_acquire(&lock);
  locker l = {&lock, 'l', NULL};
  waiting w = {&never, 'e'};
  acquirer a = {&none, 's'};
  weft_task *t[] = {weft_create_task(lock_only, &l),
                    weft_create_task(wait_event, &w),
                    weft_create_task(acquire, &a)};
  pass(1);
  for (int i = 0; i < 3; i++) {
    CHECK_EQUAL(weft_cancel(t[i]), 1);
    CHECK_EQUAL(weft_cancel(t[i]), 1);
    CHECK_EQUAL(weft_cancelling(t[i]), 2);
  }
  for (int i = 0; i < 3; i++) CHECK_EQUAL(weft_await(t[i]), WEFT_ECANCELED);
  pass(3);
  CHECK_TRACE("");
  return 0;
}

/* ---- a task that a deadlock has dropped no longer stands in line */

static weft_semaphore kept = WEFT_SEMAPHORE(0);

static int stubborn(void *arg) {
  (void)arg;
  for (;;) weft_semaphore_acquire(&kept); /* ignores its cancel */
}

static int leaves_it(void *arg) {
  (void)arg;
  weft_create_task(stubborn, NULL);
  pass(1);
  return 0;
}

static int dropped_rc;

static int dropped(void *arg) {
  (void)arg;
  CHECK_EQUAL(dropped_rc, WEFT_EDEADLK);
  CHECK_EQUAL(weft_semaphore_release(&kept), 0);
  CHECK_EQUAL(weft_semaphore_acquire(&kept), 0); /* nobody was before us */
  return 0;
}

/* ---- outside a run */

static bool outside(void) {
  weft_lock lock = {0};
  weft_event event = {0};
  weft_semaphore semaphore = WEFT_SEMAPHORE(1);
  weft_condition condition = {0};
  return weft_lock_acquire(&lock) == 0 &&
         weft_lock_acquire(&lock) == WEFT_ENOTRUNNING &&
         weft_lock_release(&lock) == 0 &&
         weft_event_wait(&event) == WEFT_ENOTRUNNING &&
         weft_semaphore_acquire(&semaphore) == 0 &&
         weft_semaphore_acquire(&semaphore) == WEFT_ENOTRUNNING &&
         weft_condition_acquire(&condition) == 0 &&
         weft_condition_wait(&condition) == WEFT_ENOTRUNNING;
}

static bool outside_holds;
static int outside_case(void *arg) {
  (void)arg;
  CHECK(outside_holds);
  return 0;
}

int main(void) {
  outside_holds = outside();
  dropped_rc = weft_run(leaves_it, NULL);
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
      {"an event wakes all in order and stays set", event_wakes_all},
      {"who an event has woken returns though it was cleared", event_cleared},
      {"a wait for an event can be cancelled", event_cancelled},
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
      {"a semaphore lets so many in", semaphore_counts},
      {"a semaphore passes over cancelled waiters",
       semaphore_cancel_before_awoken},
      {"a semaphore does not hang on a cancelled waiter", semaphore_no_hang},
      {"a waiter cancelled after the release passes it on",
       semaphore_woken_then_cancelled},
      {"a semaphore is first in, first out", fifo_order_1},
      {"one who comes back queues behind", fifo_order_2},
      {"a cancelled first does not disturb the order", fifo_order_3},
      {"several releases wake in order, and before later tasks", fifo_order_4},
      {"a bounded semaphore refuses one release too many", bounded},
      {"two cancels at once end a wait once", cancelled_twice},
      {"who a deadlock has dropped no longer waits", dropped},
      {"outside a run they work as long as nobody has to wait", outside_case},
      {NULL, NULL},
  });
}
