/*
 * The host's own sleep blocks everything: nothing pre-empts a task, so func2
 * begins when func1 has ended, and the whole takes two seconds.
 */
#include <stdio.h>
#include <unistd.h>
#include <weft.h>

static int func(void *arg) {
  const char *name = arg;
  printf("%s() started\n", name);
  sleep(1); /* weft_sleep would let the others run */
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
