/* What is common to locks, events, semaphores: see locks.test.mjs. */
#include "../lib/cases.h"

static int acquire_lock(void *lock) { return weft_lock_acquire(lock); }
static int wait_event(void *event) { return weft_event_wait(event); }
static int acquire_semaphore(void *s) { return weft_semaphore_acquire(s); }

static int cancelled_twice(void *arg) {
  (void)arg;
  weft_lock lock = {0};
  weft_event never = {0};
  weft_semaphore none = WEFT_SEMAPHORE(0);
  weft_lock_acquire(&lock);
  weft_task *t[] = {weft_create_task(acquire_lock, &lock),
                    weft_create_task(wait_event, &never),
                    weft_create_task(acquire_semaphore, &none)};
  pass(1);
  for (int i = 0; i < 3; i++) {
    CHECK_EQUAL(weft_cancel(t[i]), 1);
    CHECK_EQUAL(weft_cancel(t[i]), 1);
    CHECK_EQUAL(weft_cancelling(t[i]), 2);
  }
  for (int i = 0; i < 3; i++) CHECK_EQUAL(weft_await(t[i]), WEFT_ECANCELED);
  pass(3);
  return 0;
}

/* ---- a task that a deadlock has dropped no longer stands in line */

static weft_semaphore kept = WEFT_SEMAPHORE(0);
static weft_lock held;

static int keeps_acquiring(void *arg) {
  (void)arg;
  for (;;) weft_semaphore_acquire(&kept); /* ignores its cancel */
}

static int keeps_locking(void *arg) {
  (void)arg;
  for (;;) weft_lock_acquire(&held);
}

static int leaves_them(void *arg) {
  (void)arg;
  weft_lock_acquire(&held);
  weft_create_task(keeps_acquiring, NULL);
  weft_create_task(keeps_locking, NULL);
  pass(1);
  return 0;
}

static int dropped_rc;

/* Nobody stands in line before those of this run. */
static int dropped(void *arg) {
  (void)arg;
  CHECK_EQUAL(dropped_rc, WEFT_EDEADLK);
  CHECK_EQUAL(weft_semaphore_release(&kept), 0);
  CHECK_EQUAL(weft_semaphore_acquire(&kept), 0);
  weft_task *next = weft_create_task(acquire_lock, &held);
  pass(1);
  CHECK_EQUAL(weft_lock_release(&held), 0);
  pass(1);
  CHECK_EQUAL(weft_result(next), 0);
  weft_cancel(next);
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
  dropped_rc = weft_run(leaves_them, NULL);
  return run_cases((test_case[]){
      {"two cancels at once end a wait once", cancelled_twice},
      {"who a deadlock has dropped no longer waits", dropped},
      {"outside a run they work as long as nobody has to wait", outside_case},
      {NULL},
  });
}
