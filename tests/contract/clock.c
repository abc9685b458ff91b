/* Prints what the virtual clock and a seed do; run.test.mjs compares. */
#include <stdio.h>
#include <weft.h>

static int worker(void *arg) {
  const char *name = arg;
  for (int i = 0; i < 3; i++) {
    int rc = weft_sleep(0);
    if (rc < 0) return rc;
    printf("%s%d ", name, i);
  }
  return 0;
}

static int order(void *arg) {
  (void)arg;
  static char names[5][2] = {"a", "b", "c", "d", "e"};
  weft_task *tasks[5];
  for (int i = 0; i < 5; i++) tasks[i] = weft_create_task(worker, names[i]);
  int rc = weft_gather(tasks, 5, NULL);
  puts("");
  return rc;
}

static int sleeper(void *arg) {
  int *seconds = arg;
  int rc = weft_sleep(*seconds);
  if (rc < 0) return rc;
  printf("%d s: %.9f\n", *seconds, weft_time());
  return 0;
}

static int hours(void *arg) {
  (void)arg;
  printf("start: %.9f\n", weft_time());
  static int seconds[] = {7200, 3600, 1};
  weft_task *tasks[3];
  for (int i = 0; i < 3; i++) tasks[i] = weft_create_task(sleeper, &seconds[i]);
  return weft_gather(tasks, 3, NULL);
}

static int left(void *arg) {
  (void)arg;
  weft_sleep(1e6);
  return 0;
}

static int leaves(void *arg) {
  (void)arg;
  weft_create_task(left, NULL);
  return weft_sleep(0);
}

int main(void) {
  weft_run(order, NULL);
  weft_run_with(order, NULL, &(weft_run_options){.seed = 1});
  weft_run_with(order, NULL, &(weft_run_options){.seed = 2});
  weft_run_with(hours, NULL, &(weft_run_options){.virtual_clock = true});
  int rc = weft_run(leaves, NULL);
  printf("leaves: %d\n", rc);
  return 0;
}
