/* A task's return value is what weft_await gives. */
#include <stdio.h>
#include <weft.h>

static int func(void *arg) {
  (void)arg;
  int rc = weft_sleep(1.0);
  if (rc < 0) return rc;
  return 12345;
}

static int async_main(void *arg) {
  (void)arg;
  weft_task *task = weft_create_task(func, NULL);
  int result = weft_await(task);
  if (result < 0) return result;
  printf("%d\n", result);
  return 0;
}

int main(void) { return weft_run(async_main, NULL) < 0; }
