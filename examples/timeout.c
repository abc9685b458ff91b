/* A task that would take ten seconds is given one. */
#include <stdio.h>
#include <weft.h>

static int func1(void *arg) {
  (void)arg;
  puts("func1() started");
  int rc = weft_sleep(10.0);
  if (rc < 0) return rc; /* WEFT_ECANCELED, when the time is over */
  puts("func1() finished");
  return 0;
}

static int async_main(void *arg) {
  (void)arg;
  weft_task *task = weft_create_task(func1, NULL);
  int rc = weft_wait_for(task, 1.0);
  if (rc == WEFT_ETIMEDOUT) {
    puts("timeout...");
    return 0;
  }
  return rc;
}

int main(void) { return weft_run(async_main, NULL) < 0; }
