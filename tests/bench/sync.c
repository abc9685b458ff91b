/*
 * The bench's program for locks and queues; JSON lines as core.c.
 *
 *   sync lock|semaphore|queue|priority   an uncontended operation; the priority
 *                                        queue has 1,000 items
 *   handover 2 0   a queue's hand-over between two tasks: a put that wakes, and
 *                  a get that waits. Its floor is a switch, floor.c's; "bare
 *                  switch" is weft's own, in the same run
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <weft.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void report(const char *metric, double value) {
  printf("{\"metric\": \"%s\", \"value\": %.1f, \"unit\": \"ns\"}\n", metric,
         value);
}

/* The best of many rounds: what else runs on the machine disturbs some. */
enum { ROUNDS = 30 };

/* ---- uncontended operations: a round's pairs, of which each is two */

enum { PAIRS = 100000, ITEMS = 1000 };

static void lock_pairs(void) {
  static weft_lock lock;
  for (int i = 0; i < PAIRS; i++) {
    weft_lock_acquire(&lock);
    weft_lock_release(&lock);
  }
}

static void semaphore_pairs(void) {
  static weft_semaphore semaphore = WEFT_SEMAPHORE(2);
  for (int i = 0; i < PAIRS; i++) {
    weft_semaphore_acquire(&semaphore);
    weft_semaphore_release(&semaphore);
  }
}

static void queue_pairs(void) {
  static weft_queue queue = WEFT_QUEUE(int, 0);
  int item = 0;
  for (int i = 0; i < PAIRS; i++) {
    weft_queue_put(&queue, &item);
    weft_queue_get(&queue, &item);
  }
}

static int by_value(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

static void priority_pairs(void) {
  static weft_queue queue = WEFT_PRIORITY_QUEUE(int, 0, by_value);
  int item;
  for (int i = 0; weft_queue_size(&queue) < ITEMS; i++) {
    weft_queue_put(&queue, &i);
  }
  for (int i = 0; i < PAIRS; i++) {
    weft_queue_put(&queue, &i);
    weft_queue_get(&queue, &item);
  }
}

static const struct {
  const char *name;
  void (*pairs)(void);
} kinds[] = {
    {"lock", lock_pairs},
    {"semaphore", semaphore_pairs},
    {"queue", queue_pairs},
    {"priority", priority_pairs},
};

static int bench_pairs(void *arg) {
  void (*pairs)(void) = kinds[*(size_t *)arg].pairs;
  double best = 1e9;
  for (int i = 0; i < ROUNDS; i++) {
    double start = now();
    pairs();
    double each = (now() - start) / (2.0 * PAIRS);
    if (each < best) best = each;
  }
  report("sync", best);
  return 0;
}

/* ---- two tasks that switch to each other, and that hand an item over */

enum { SWITCHES = 100000 };

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
  double start = now();
  weft_task *tasks[] = {weft_create_task(a, NULL), weft_create_task(b, NULL)};
  weft_gather(tasks, 2, NULL);
  double time = now() - start;
  weft_release(tasks[0]);
  weft_release(tasks[1]);
  return time / SWITCHES;
}

static int bench_handover(void *arg) {
  (void)arg;
  double bare = 1e9, handover = 1e9;
  for (int i = 0; i < ROUNDS; i++) {
    double time = both(yields, yields);
    if (time < bare) bare = time;
    time = both(pings, pongs);
    if (time < handover) handover = time;
  }
  report("handover", handover);
  report("bare switch", bare);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 4 && !strcmp(argv[1], "handover")) {
    return weft_run(bench_handover, NULL) < 0;
  }
  for (size_t i = 0; argc == 3 && i < sizeof kinds / sizeof *kinds; i++) {
    if (!strcmp(argv[2], kinds[i].name)) return weft_run(bench_pairs, &i) < 0;
  }
  fputs("sync sync lock|semaphore|queue|priority, sync handover 2 0\n", stderr);
  return 2;
}
