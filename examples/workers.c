/*
 * Three workers share the jobs of a queue. The producer waits while two jobs
 * are queued, shuts the queue down after the last one, and the workers end
 * when it is empty.
 */
#include <stdio.h>
#include <weft.h>

typedef struct job {
  int number;
  double seconds;
} job;

static weft_queue jobs = WEFT_QUEUE(job, 2);

static int worker(void *arg) {
  const char *name = arg;
  job j;
  int rc;
  while ((rc = weft_queue_get(&jobs, &j)) >= 0) {
    printf("%s begins job %d\n", name, j.number);
    if ((rc = weft_sleep(j.seconds)) < 0) return rc;
    printf("%s has done job %d\n", name, j.number);
  }
  return rc == WEFT_ECLOSED ? 0 : rc;
}

static int async_main(void *arg) {
  (void)arg;
  weft_task *workers[] = {
      weft_create_task(worker, "Ann"),
      weft_create_task(worker, "Ben"),
      weft_create_task(worker, "Cleo"),
  };
  for (int i = 1; i <= 6; i++) {
    job j = {i, 0.2 * i};
    int rc = weft_queue_put(&jobs, &j);
    if (rc < 0) return rc;
  }
  weft_queue_shutdown(&jobs, false);
  int rc = weft_gather(workers, 3, NULL);
  weft_queue_free(&jobs);
  printf("all done after %.1f seconds\n", weft_time());
  return rc;
}

int main(void) {
  weft_run_options options = {.virtual_clock = true}; /* the time flies */
  return weft_run_with(async_main, NULL, &options) < 0;
}
