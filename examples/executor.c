/*
 * Two CPU-bound jobs on a pool of workers: in parallel, they take about the
 * time of one. Its argument is the number of workers; with 1 the second job
 * waits for the first.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

static int func1(const int64_t *count, int64_t *sum) {
  puts("func1() started");
  for (int64_t i = 0; i < *count; i++) *sum += i;
  puts("func1() finished");
  return 0;
}
WEFT_JOB(func1, int64_t, int64_t)

/* All 21 digits of the sum don't fit into 64 bits: these are the last 18. */
#define DIGITS_18 1000000000000000000

static int func2(const int64_t *count, int64_t *sum) {
  puts("func2() started");
  for (int64_t i = 0; i < *count; i++) {
    *sum += i * i;
    if (*sum >= DIGITS_18) *sum -= DIGITS_18;
  }
  puts("func2() finished");
  return 0;
}
WEFT_JOB(func2, int64_t, int64_t)

static int run_both(void *arg) {
  const int *max_workers = arg;
  weft_executor *pool = weft_executor_create(*max_workers);
  const int64_t count = 10000000;
  weft_future *future1 = weft_run_in_executor(pool, func1, &count);
  weft_future *future2 = weft_run_in_executor(pool, func2, &count);

  int64_t result1, result2;
  int rc = weft_await_job(future1, func1, &result1);
  if (rc >= 0) rc = weft_await_job(future2, func2, &result2);
  if (rc < 0) return rc;
  printf("result: %lld %lld\n", (long long)result1, (long long)result2);
  return weft_executor_shutdown(pool, false);
}

int main(int argc, char **argv) {
  int max_workers = argc > 1 ? atoi(argv[1]) : 0;
  return weft_run(run_both, &max_workers);
}
