/* Many tasks at once: weft_gather waits for all and collects their results. */
#include <stdio.h>
#include <weft.h>

typedef struct countdown {
  const char *name;
  int from;
} countdown;

static int count(void *arg) {
  const countdown *c = arg;
  int sum = 0;
  for (int i = c->from; i > 0; i--) {
    printf("%s: %d\n", c->name, i);
    int rc = weft_sleep(0.1);
    if (rc < 0) return rc;
    sum += i;
  }
  return sum;
}

static int async_main(void *arg) {
  (void)arg;
  countdown counts[] = {{"a", 3}, {"b", 2}, {"c", 4}};
  enum { COUNT = sizeof counts / sizeof *counts };
  weft_task *tasks[COUNT];
  int sums[COUNT];
  for (int i = 0; i < COUNT; i++) {
    tasks[i] = weft_create_task(count, &counts[i]);
  }
  int rc = weft_gather(tasks, COUNT, sums);
  if (rc < 0) return rc;
  for (int i = 0; i < COUNT; i++)
    printf("%s: sum %d\n", counts[i].name, sums[i]);
  return 0;
}

int main(void) { return weft_run(async_main, NULL) < 0; }
