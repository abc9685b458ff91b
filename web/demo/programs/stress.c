/*
 * A hundred thousand tasks that do nothing but let the next one run, while the
 * page keeps its frames: it is asked for its turn every few milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

static long switches;

static int spin(void *arg) {
  (void)arg;
  for (;;) {
    int rc = weft_sleep(0);
    if (rc < 0) return rc;
    switches++;
  }
}

static int count = 100000;
static double seconds = 5;

static int async_main(void *arg) {
  (void)arg;
  weft_task_options small = {.stack_size = WEFT_STACK_MIN};
  for (int i = 0; i < count; i++) {
    weft_task *task = weft_create_task_with(spin, NULL, &small);
    if (!task) return WEFT_ENOMEM;
    weft_release(task);
  }
  printf("%d tasks\n", count);
  double begin = weft_time(), last = begin;
  long before = 0;
  while (last - begin < seconds) {
    int rc = weft_sleep(0.5);
    if (rc < 0) return rc;
    double now = weft_time();
    printf("%.1f million switches a second\n",
           (double)(switches - before) / (now - last) / 1e6);
    before = switches;
    last = now;
  }
  return 0; /* which cancels the tasks */
}

/* Its arguments: how many tasks, for how many seconds. */
int main(int argc, char **argv) {
  if (argc > 2) {
    count = atoi(argv[1]);
    seconds = atof(argv[2]);
  }
  return weft_run(async_main, NULL) < 0;
}
