/* Tasks whose steps take what JavaScript says (responsive.test.mjs). */
#include <weft.h>

enum { TASKS = 1000, STEPS = 100 };

static int work(void *arg) {
  (void)arg;
  for (int i = 0; i < STEPS; i++) {
    int rc = weft_js_call("work", NULL, 0, NULL);
    if (rc >= 0) rc = weft_sleep(0);
    if (rc < 0) return rc;
  }
  return 0;
}

static int async_main(void *arg) {
  (void)arg;
  weft_task *tasks[TASKS];
  for (int i = 0; i < TASKS; i++) tasks[i] = weft_create_task(work, NULL);
  return weft_gather(tasks, TASKS, NULL);
}

int main(void) { return weft_run(async_main, NULL) < 0; }
