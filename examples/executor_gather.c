/* The two jobs of executor.c, with one weft_gather for both. */
#include <stdint.h>
#include <stdio.h>
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

static int gather_both(void *arg) {
  (void)arg;
  weft_executor *pool = weft_executor_create(0);
  const int64_t count = 10000000;
  weft_future *both[] = {
      weft_run_in_executor(pool, func1, &count),
      weft_run_in_executor(pool, func2, &count),
  };
  int rc = weft_gather(both, 2, NULL);
  if (rc < 0) return rc;

  int64_t result1, result2;
  weft_await_job(both[0], func1, &result1);
  weft_await_job(both[1], func2, &result2);
  printf("result: %lld %lld\n", (long long)result1, (long long)result2);
  return weft_executor_shutdown(pool, false);
}

int main(void) { return weft_run(gather_both, NULL); }
