/* Two CPU-bound functions run outside the loop's thread, side by side. */
#include <stdint.h>
#include <stdio.h>
#include <weft.h>

static int func1(const int *count, int64_t *x) {
  puts("func1() started");
  for (int64_t i = 0; i < *count; i++) *x += i;
  printf("func1() finished: %lld\n", (long long)*x);
  return 0;
}
WEFT_JOB(func1, int, int64_t)

static int func2(const int *count, int64_t *x) {
  puts("func2() started");
  for (int64_t i = 0; i < *count; i++) *x += 2 * i;
  printf("func2() finished: %lld\n", (long long)*x);
  return 0;
}
WEFT_JOB(func2, int, int64_t)

static int start_and_join(void *arg) {
  (void)arg;
  const int count = 1000000;
  weft_future *both[] = {
      weft_run_in_executor(NULL, func1, &count),
      weft_run_in_executor(NULL, func2, &count),
  };
  return weft_gather(both, 2, NULL);
}

int main(void) { return weft_run(start_and_join, NULL); }
