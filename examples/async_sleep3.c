/*
 * func1 sleeps for one second, but func2 blocks the program for two: func1
 * finishes late, as soon as it gets its turn.
 */
#include <stdio.h>
#include <unistd.h>
#include <weft.h>

static int func1(void *arg) {
  (void)arg;
  puts("func1() started");
  int rc = weft_sleep(1.0);
  if (rc < 0) return rc;
  puts("func1() finished");
  return 0;
}

static int func2(void *arg) {
  (void)arg;
  puts("func2() started");
  sleep(2); /* the host's sleep: nobody else runs meanwhile */
  puts("func2() finished");
  return 0;
}

static int async_main(void *arg) {
  (void)arg;
  weft_task *task1 = weft_create_task(func1, NULL);
  weft_task *task2 = weft_create_task(func2, NULL);
  int rc = weft_await(task1);
  return rc < 0 ? rc : weft_await(task2);
}

int main(void) { return weft_run(async_main, NULL) < 0; }
