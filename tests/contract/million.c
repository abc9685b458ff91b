/*
 * A million tasks in one run, cancelled at random moments; the memory must not
 * have grown since a part of them, and every task must have ended. Then the
 * time that it takes to cancel a group of many that sleep.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <weft.h>

#include "../lib/random.h"

enum { TASKS = 1000000, LIVE = 1024, WARM = TASKS / 4, SLEEPERS = 100000 };

static int live[LIVE]; /* what each is to do */
static weft_task *tasks[LIVE];
static size_t ended;

static void count(void *arg) {
  (void)arg;
  ended++;
}

static int one(void *arg) {
  int what = *(int *)arg;
  weft_timeout scope;
  int rc = 0;
  switch (what % 5) {
  case 0: return what;
  case 1:
    for (int i = 0; i < 3 && rc == 0; i++) rc = weft_sleep(0);
    return rc;
  case 2: return weft_sleep(0.001 * (what % 97));
  case 3:
    rc = weft_timeout_begin(&scope, 0.002);
    if (rc == 0) rc = weft_timeout_end(&scope, weft_sleep(0.001 * (what % 5)));
    return rc == WEFT_ETIMEDOUT ? 0 : rc;
  default:
    rc = weft_sleep(0.001);
    if (rc == WEFT_ECANCELED && what % 2)
      rc = weft_sleep(0.003); /* cleans up */
    return rc;
  }
}

static void drop(size_t place) {
  if (!tasks[place]) return;
  if (random_below(2)) weft_cancel(tasks[place]);
  if (random_below(8) == 0) weft_cancel(tasks[place]);
  weft_release(tasks[place]);
  tasks[place] = NULL;
}

static size_t memory(void) { return __builtin_wasm_memory_size(0); }

static int million(void *arg) {
  (void)arg;
  weft_task_options options = {.cleanup = count};
  size_t warm = 0;
  for (int i = 0; i < TASKS; i++) {
    size_t place = random_below(LIVE);
    drop(place);
    live[place] = (int)random_below(1000000);
    tasks[place] = weft_create_task_with(one, &live[place], &options);
    if (!tasks[place]) return WEFT_ENOMEM;
    if (random_below(16) == 0) weft_sleep(0);
    if (random_below(64) == 0) weft_sleep(0.0001);
    if (i == WARM) warm = memory();
  }
  for (size_t i = 0; i < LIVE; i++) drop(i);
  weft_sleep(1);
  printf("ended: %zu, left: %zu, grown: %zu\n", ended,
         weft_all_tasks(NULL, 0) - 1, memory() - warm);
  return 0;
}

static int sleeps(void *arg) {
  (void)arg;
  return weft_sleep(1000);
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int cancel_group(void *arg) {
  (void)arg;
  weft_task_group g;
  weft_task_group_begin(&g);
  for (int i = 0; i < SLEEPERS; i++) {
    weft_task *t = weft_task_group_create_task(&g, sleeps, NULL);
    if (!t) return WEFT_ENOMEM;
    weft_release(t);
  }
  weft_sleep(0);
  double begin = seconds();
  weft_task_group_cancel(&g);
  int rc = weft_task_group_end(&g, 0);
  fprintf(stderr, "cancelling a group of %d: %.1f ms\n", SLEEPERS,
          (seconds() - begin) * 1e3);
  return rc;
}

int main(int argc, char **argv) {
  weft_run_options options = {.virtual_clock = true};
  int rc = 0;
  if (argc < 2) rc = weft_run_with(million, NULL, &options);
  if (rc == 0) rc = weft_run_with(cancel_group, argv, &options);
  return rc;
}
