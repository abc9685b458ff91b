/*
 * A job that traps ends alone: the other jobs have their results, and the pool
 * goes on with a new worker.
 */
#include <stdio.h>
#include <weft.h>

static int divide(const int *divisor, int *quotient) {
  if (*divisor == 3) __builtin_trap();
  *quotient = 5040 / *divisor;
  return 0;
}
WEFT_JOB(divide, int, int)

static int async_main(void *arg) {
  (void)arg;
  weft_executor *pool = weft_executor_create(2);
  if (!pool) return WEFT_ENOMEM;
  for (int i = 1; i <= 6; i++) {
    int quotient;
    weft_future *future = weft_run_in_executor(pool, divide, &i);
    int rc = weft_await_job(future, divide, &quotient);
    if (rc == WEFT_ECANCELED) return rc;
    if (rc < 0) {
      printf("5040 / %d: %s: %s\n", i, weft_error_name(rc), weft_errmsg(rc));
    } else {
      printf("5040 / %d = %d\n", i, quotient);
    }
    weft_release(future);
  }
  return weft_executor_shutdown(pool, false);
}

int main(void) { return weft_run(async_main, NULL) < 0; }
