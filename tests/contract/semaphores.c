/* Semaphores: see semaphores.test.mjs. */
#include "../lib/trace.h"

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

int main(void) {
  return run_cases((test_case[]){
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
      {NULL},
  });
}
