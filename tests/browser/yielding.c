/* 10,000 tasks yield in a loop for a second; prints how often. */
#include <stdio.h>
#include <weft.h>

enum { TASKS = 10000 };

static double end;
static long yields;

static int spin(void *arg) {
  (void)arg;
  while (weft_time() < end) {
    int rc = weft_sleep(0);
    if (rc < 0) return rc;
    yields++;
  }
  return 0;
}

static int async_main(void *arg) {
  (void)arg;
  static weft_task *tasks[TASKS];
  end = weft_time() + 1.0;
  for (int i = 0; i < TASKS; i++) tasks[i] = weft_create_task(spin, NULL);
  int rc = weft_gather(tasks, TASKS, NULL);
  printf("%ld yields\n", yields);
  return rc;
}

int main(void) { return weft_run(async_main, NULL) < 0; }
