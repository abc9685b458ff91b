/*
 * What locks and queues cost: uncontended operations, and a queue hand-over
 * between two tasks beside a bare switch. Prints "name nanoseconds" lines.
 */
#include <stdio.h>
#include <weft.h>

enum { TIMES = 2000000 };

static void report(const char *name, double start, double times) {
  printf("%s %.1f\n", name, (weft_time() - start) * 1e9 / times);
}

/* ---- two tasks that switch to each other, and that hand an item over */

enum { ROUNDS = 20, SWITCHES = 100000 };

static weft_queue there = WEFT_QUEUE(int, 1), back = WEFT_QUEUE(int, 1);

static int yields(void *arg) {
  (void)arg;
  for (int i = 0; i < SWITCHES / 2; i++) weft_sleep(0);
  return 0;
}

static int pings(void *arg) {
  (void)arg;
  for (int i = 0; i < SWITCHES / 2; i++) {
    weft_queue_put(&there, &i);
    weft_queue_get(&back, &i);
  }
  return 0;
}

static int pongs(void *arg) {
  (void)arg;
  for (int i = 0; i < SWITCHES / 2; i++) {
    weft_queue_get(&there, &i);
    weft_queue_put(&back, &i);
  }
  return 0;
}

static double both(weft_fn a, weft_fn b) {
  double start = weft_time();
  weft_task *tasks[] = {weft_create_task(a, NULL), weft_create_task(b, NULL)};
  weft_gather(tasks, 2, NULL);
  double seconds = weft_time() - start;
  weft_release(tasks[0]);
  weft_release(tasks[1]);
  return seconds * 1e9 / SWITCHES;
}

/* The best of many rounds of both, in turn: other load disturbs both alike. */
static void switches(void) {
  double bare = 1e9, handover = 1e9;
  for (int i = 0; i < ROUNDS; i++) {
    double now = both(yields, yields);
    if (now < bare) bare = now;
    now = both(pings, pongs);
    if (now < handover) handover = now;
  }
  printf("switch %.1f\nqueue_handover %.1f\nratio %.2f\n", bare, handover,
         handover / bare);
  weft_queue_free(&there);
  weft_queue_free(&back);
}

static int by_value(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

static int bench(void *arg) {
  (void)arg;
  weft_lock lock = {0};
  double start = weft_time();
  for (int i = 0; i < TIMES; i++) {
    weft_lock_acquire(&lock);
    weft_lock_release(&lock);
  }
  report("lock_acquire_release", start, TIMES);

  weft_semaphore semaphore = WEFT_SEMAPHORE(2);
  start = weft_time();
  for (int i = 0; i < TIMES; i++) {
    weft_semaphore_acquire(&semaphore);
    weft_semaphore_release(&semaphore);
  }
  report("semaphore_acquire_release", start, TIMES);

  weft_queue q = WEFT_QUEUE(int, 0);
  int item = 0;
  start = weft_time();
  for (int i = 0; i < TIMES; i++) {
    weft_queue_put(&q, &item);
    weft_queue_get(&q, &item);
  }
  report("queue_put_get", start, TIMES);
  weft_queue_free(&q);

  weft_queue p = WEFT_PRIORITY_QUEUE(int, 0, by_value);
  for (int i = 0; i < 1000; i++) weft_queue_put(&p, &i);
  start = weft_time();
  for (int i = 0; i < TIMES; i++) {
    weft_queue_put(&p, &i);
    weft_queue_get(&p, &item);
  }
  report("priority_put_get_1000", start, TIMES);
  weft_queue_free(&p);

  switches();
  return 0;
}

int main(void) { return weft_run(bench, NULL); }
