/* Barriers, after CPython's BarrierTests: see semaphores.test.mjs. */
#include "../lib/cases.h"

enum { N = 5 };

typedef struct party {
  weft_barrier barrier;
  weft_task *tasks[N];
  int results[N];
  int passed, broken, after, blocked, half;
} party;

/* Starts n tasks of the same function at the barrier. */
static void start(party *p, weft_fn fn, int n) {
  for (int i = 0; i < n; i++) p->tasks[i] = weft_create_task(fn, p);
}

static int finish(party *p, int n) {
  int rc = weft_gather(p->tasks, (size_t)n, p->results);
  CHECK_EQUAL((int)weft_barrier_waiting(&p->barrier), 0);
  return rc;
}

static int wait_once(void *arg) {
  party *p = arg;
  int rc = weft_barrier_wait(&p->barrier);
  if (rc == WEFT_EBROKEN) p->broken++;
  if (rc >= 0) p->passed++;
  return rc == WEFT_EBROKEN ? 0 : rc;
}

static int numbers(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N)};
  CHECK_EQUAL((int)weft_barrier_parties(&p.barrier), N);
  start(&p, wait_once, N);
  CHECK_EQUAL(finish(&p, N), 0);
  for (int i = 0; i < N; i++) CHECK_EQUAL(p.results[i], i);
  CHECK(!weft_barrier_broken(&p.barrier));
  return 0;
}

/* test_filling_one_task_twice */
static int one_party(void *arg) {
  (void)arg;
  weft_barrier barrier;
  weft_barrier_init(&barrier, 1);
  CHECK_EQUAL(weft_barrier_wait(&barrier), 0);
  CHECK_EQUAL(weft_barrier_wait(&barrier), 0);
  CHECK_EQUAL((int)weft_barrier_waiting(&barrier), 0);
  weft_barrier none = WEFT_BARRIER(0);
  CHECK_EQUAL(weft_barrier_wait(&none), WEFT_EINVAL);
  return 0;
}

/* test_filling_task_by_task */
static int task_by_task(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(3)};
  for (int i = 0; i < 3; i++) {
    p.tasks[i] = weft_create_task(wait_once, &p);
    pass(1);
    CHECK_EQUAL((int)weft_barrier_waiting(&p.barrier), (i + 1) % 3);
  }
  return finish(&p, 3);
}

static int wait_twice(void *arg) {
  party *p = arg;
  int rc = weft_barrier_wait(&p->barrier);
  if (rc < 0) return rc;
  CHECK_EQUAL(p->after, 0);
  p->passed++;
  rc = weft_barrier_wait(&p->barrier);
  if (rc < 0) return rc;
  CHECK_EQUAL(p->passed, N);
  p->after++;
  return rc;
}

/* test_filling_tasks_wait_twice, …_check_return_value */
static int twice(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N)};
  start(&p, wait_twice, N);
  CHECK_EQUAL(finish(&p, N), 0);
  CHECK_EQUAL(p.after, N);
  int sum = 0;
  for (int i = 0; i < N; i++) sum |= 1 << p.results[i];
  CHECK_EQUAL(sum, (1 << N) - 1);
  return 0;
}

/* test_filling_tasks_cancel_one */
static int cancel_one(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(3)};
  weft_task *t1 = weft_create_task(wait_once, &p);
  pass(1);
  p.tasks[0] = weft_create_task(wait_once, &p);
  pass(1);
  CHECK_EQUAL((int)weft_barrier_waiting(&p.barrier), 2);
  weft_cancel(t1);
  pass(1);
  CHECK_EQUAL((int)weft_barrier_waiting(&p.barrier), 1);
  CHECK_EQUAL(weft_await(t1), WEFT_ECANCELED);
  p.tasks[1] = weft_create_task(wait_once, &p);
  pass(1);
  CHECK_EQUAL((int)weft_barrier_waiting(&p.barrier), 2);
  p.tasks[2] = weft_create_task(wait_once, &p);
  CHECK_EQUAL(finish(&p, 3), 0);
  CHECK_EQUAL(p.passed, 3);
  CHECK(!weft_barrier_broken(&p.barrier));
  return 0;
}

/* test_reset_barrier_while_tasks_waiting */
static int reset_waiting(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N)};
  start(&p, wait_once, N - 1);
  pass(1);
  CHECK_EQUAL(weft_barrier_reset(&p.barrier), 0);
  CHECK_EQUAL(finish(&p, N - 1), 0);
  CHECK_EQUAL(p.broken, N - 1);
  CHECK(!weft_barrier_broken(&p.barrier));
  start(&p, wait_once, N);
  CHECK_EQUAL(finish(&p, N), 0);
  CHECK_EQUAL(p.passed, N);
  return 0;
}

static int reset_when_half(void *arg) {
  party *p = arg;
  int rc = weft_barrier_wait(&p->barrier);
  if (rc == WEFT_EBROKEN) {
    p->broken++;
    return 0;
  }
  /* The tasks that left: those of the others are still inside. */
  if (rc >= 0 && ++p->passed == N - p->half) {
    return weft_barrier_reset(&p->barrier);
  }
  return rc;
}

/* test_reset_barrier_when_tasks_half_draining */
static int reset_half_draining(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N), .half = N / 2};
  start(&p, reset_when_half, N);
  CHECK_EQUAL(finish(&p, N), 0);
  CHECK_EQUAL(p.broken, N / 2);
  CHECK(!weft_barrier_broken(&p.barrier));
  return 0;
}

static int reset_half_blocking(void *arg) {
  party *p = arg;
  int rc = weft_barrier_wait(&p->barrier);
  if (rc == WEFT_EBROKEN) {
    p->broken++;
    return weft_barrier_wait(&p->barrier);
  }
  if (rc < 0) return rc;
  if (++p->passed > p->half) {
    rc = weft_barrier_reset(&p->barrier);
    return rc < 0 ? rc : weft_barrier_wait(&p->barrier);
  }
  rc = weft_barrier_wait(&p->barrier);
  if (rc == WEFT_EBROKEN) p->blocked++;
  return rc;
}

/* test_reset_barrier_when_tasks_half_draining_half_blocking */
static int reset_draining_blocking(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N), .half = N / 2};
  start(&p, reset_half_blocking, N);
  CHECK_EQUAL(finish(&p, N), 0);
  CHECK_EQUAL(p.broken, N / 2);
  CHECK_EQUAL(p.blocked, 0);
  CHECK(!weft_barrier_broken(&p.barrier));
  return 0;
}

static int wait_and_again(void *arg) {
  party *p = arg;
  if (weft_barrier_wait(&p->barrier) == WEFT_EBROKEN) p->broken++;
  int rc = weft_barrier_wait(&p->barrier);
  if (rc >= 0) p->passed++;
  return rc;
}

static int reset_it(void *arg) { return weft_barrier_reset(arg); }
static int abort_it(void *arg) { return weft_barrier_abort(arg); }

/* test_reset_barrier_while_tasks_waiting_and_waiting_again */
static int reset_and_again(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N)};
  start(&p, wait_and_again, N - 1);
  weft_create_task(reset_it, &p.barrier);
  pass(1);
  p.tasks[N - 1] = weft_create_task(wait_once, &p);
  CHECK_EQUAL(finish(&p, N), 0);
  CHECK_EQUAL(p.broken, N - 1);
  CHECK_EQUAL(p.passed, N);
  CHECK(!weft_barrier_broken(&p.barrier));
  return 0;
}

/* test_abort_barrier */
static int aborted(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N)};
  start(&p, wait_once, N - 1);
  pass(1);
  weft_create_task(abort_it, &p.barrier);
  CHECK_EQUAL(finish(&p, N - 1), 0);
  CHECK_EQUAL(p.broken, N - 1);
  CHECK(weft_barrier_broken(&p.barrier));
  CHECK_EQUAL(weft_barrier_wait(&p.barrier), WEFT_EBROKEN);
  CHECK_EQUAL(weft_barrier_reset(&p.barrier), 0);
  CHECK(!weft_barrier_broken(&p.barrier));
  start(&p, wait_once, N);
  CHECK_EQUAL(finish(&p, N), 0);
  return 0;
}

static int abort_half(void *arg) {
  party *p = arg;
  int rc = weft_barrier_wait(&p->barrier);
  if (rc == WEFT_EBROKEN) {
    p->broken++;
    return 0;
  }
  if (rc < 0) return rc;
  if (++p->passed > p->half) return weft_barrier_abort(&p->barrier);
  rc = weft_barrier_wait(&p->barrier);
  if (rc == WEFT_EBROKEN) p->blocked++;
  return 0;
}

/* test_abort_barrier_when_tasks_half_draining_half_blocking */
static int abort_draining_blocking(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N), .half = N / 2};
  start(&p, abort_half, N);
  CHECK_EQUAL(finish(&p, N), 0);
  CHECK(weft_barrier_broken(&p.barrier));
  CHECK_EQUAL(p.broken, N / 2);
  CHECK_EQUAL(p.blocked, N - N / 2 - 1);
  return 0;
}

static int abort_on_error(void *arg) {
  party *p = arg;
  int rc = weft_barrier_wait(&p->barrier);
  if (rc == N / 2) return weft_barrier_abort(&p->barrier);
  if (rc >= 0) rc = weft_barrier_wait(&p->barrier);
  if (rc == WEFT_EBROKEN) p->broken++;
  if (rc >= 0) p->passed++;
  return 0;
}

/* test_abort_barrier_when_exception */
static int abort_while_others_wait(void *arg) {
  (void)arg;
  party p = {.barrier = WEFT_BARRIER(N)};
  start(&p, abort_on_error, N);
  CHECK_EQUAL(finish(&p, N), 0);
  CHECK(weft_barrier_broken(&p.barrier));
  CHECK_EQUAL(p.passed, 0);
  CHECK_EQUAL(p.broken, N - 1);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a barrier numbers its tasks in the order they came", numbers},
      {"a barrier of one lets it through, one of none is refused", one_party},
      {"a barrier opens when the last task has come", task_by_task},
      {"a barrier serves again and again", twice},
      {"a cancelled task no longer counts at a barrier", cancel_one},
      {"a reset breaks the wait of those who wait", reset_waiting},
      {"a reset catches the tasks on their way out", reset_half_draining},
      {"a reset leaves those who wait for the next round",
       reset_draining_blocking},
      {"who was reset can wait again at once", reset_and_again},
      {"an abort breaks the barrier until a reset", aborted},
      {"an abort breaks those on their way out and those behind",
       abort_draining_blocking},
      {"an abort after one round breaks the next", abort_while_others_wait},
      {NULL, NULL},
  });
}
