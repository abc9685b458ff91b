/*
 * A number of tasks sleep, some longer than others; main waits for each in
 * turn, and cancels those that take too long. Change the numbers and watch the
 * timeline.
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

enum { MOST_TASKS = 50 };

typedef struct nap {
  char name[16];
  double seconds;
} nap;

static int sleeper(void *arg) {
  const nap *n = arg;
  printf("%s: %.2f s to go\n", n->name, n->seconds);
  int rc = weft_sleep(n->seconds);
  if (rc < 0) {
    printf("%s: cancelled\n", n->name);
    return rc;
  }
  printf("%s: done\n", n->name);
  return 0;
}

static int count = 6;
static double shortest = 0.3, longest = 2, limit = 1.5;

static int async_main(void *arg) {
  (void)arg;
  nap naps[MOST_TASKS];
  weft_task *tasks[MOST_TASKS];
  for (int i = 0; i < count; i++) {
    snprintf(naps[i].name, sizeof naps[i].name, "task %d", i + 1);
    double share = count > 1 ? (double)i / (count - 1) : 0;
    naps[i].seconds = shortest + share * (longest - shortest);
    weft_task_options options = {.name = naps[i].name};
    tasks[i] = weft_create_task_with(sleeper, &naps[i], &options);
    if (!tasks[i]) return WEFT_ENOMEM;
  }
  double end = weft_time() + limit;
  for (int i = 0; i < count; i++) {
    int rc = weft_wait_for(tasks[i], end - weft_time());
    if (rc < 0 && rc != WEFT_ETIMEDOUT) return rc;
  }
  puts("main: all have ended");
  return 0;
}

/* Its arguments: how many tasks, the shortest, the longest, the limit. */
int main(int argc, char **argv) {
  if (argc > 4) {
    count = atoi(argv[1]);
    shortest = atof(argv[2]);
    longest = atof(argv[3]);
    limit = atof(argv[4]);
  }
  if (count < 1 || count > MOST_TASKS) return 2;
  return weft_run(async_main, NULL) < 0;
}
