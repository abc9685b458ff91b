/* Two tasks sleep at the same time: the whole takes one second, not two. */
#include <stdio.h>
#include <weft.h>

static int func(void *arg) {
  const char *name = arg;
  printf("%s() started\n", name);
  int rc = weft_sleep(1.0);
  if (rc < 0) return rc;
  printf("%s() finished\n", name);
  return 0;
}

static int async_main(void *arg) {
  (void)arg;
  weft_task *task1 = weft_create_task(func, "func1");
  weft_task *task2 = weft_create_task(func, "func2");
  int rc = weft_await(task1);
  return rc < 0 ? rc : weft_await(task2);
}

int main(void) { return weft_run(async_main, NULL) < 0; }
