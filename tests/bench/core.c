/*
 * The bench's program: core METRIC CASE prints JSON lines
 * {"metric", "value", "unit"}.
 *
 *   switch TASKS DEPTH   from a task's yield to a task running again; at depth
 *                        10 each yield is ten calls down, with live locals
 *   spawn batch|seq N    create, run and join a task that returns its argument
 *   memory N [STACK]     N tasks asleep for 2 s (its peak is what is measured)
 *   timers N [STACK]     N sleeps of 1..1000 ms: how late they are
 *   hello                yields once, then says hello
 *
 * The limit of a switch is what Asyncify itself takes, which floor.c measures;
 * of a spawn, the record's first touch of the cache; of memory, one page of C
 * stack a task, which a task with a smaller stack shares with its neighbours; of
 * the CPU time of timers, the same pages, which the system makes when they are
 * first touched (floor.c). The first tasks end before the last ones start, so
 * weft touches about 6 % fewer. Its other parts: the host's thousand wakes,
 * three looks at the clock a sleep, and one task after another, and its timer,
 * that the cache has lost meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <weft.h>

static int argc_;
static char **argv_;

static long number(int i) { return i < argc_ ? atol(argv_[i]) : 0; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void report(const char *metric, double value, const char *unit) {
  printf("{\"metric\": \"%s\", \"value\": %g, \"unit\": \"%s\"}\n", metric,
         value, unit);
}

/* Runs n tasks together; the handles are released. */
static int run_all(weft_fn fn, size_t n, const weft_task_options *options) {
  if (!n) return 0;
  weft_task **tasks = malloc(n * sizeof *tasks);
  if (!tasks) return WEFT_ENOMEM;
  for (size_t i = 0; i < n; i++) {
    tasks[i] = weft_create_task_with(fn, (void *)i, options);
    if (!tasks[i]) return WEFT_ENOMEM;
  }
  int rc = 0;
  for (size_t i = 0; i < n && rc >= 0; i++) {
    rc = weft_await(tasks[i]);
    weft_release(tasks[i]);
  }
  free(tasks);
  return rc < 0 ? rc : 0;
}

/* ---- switch */

static volatile long sink;
static long yields, depth;

static int shallow(void *arg) {
  (void)arg;
  for (long i = 0; i < yields; i++) weft_sleep(0);
  return 0;
}

__attribute__((noinline)) static long deep(long d, long x) {
  if (d == 0) {
    weft_sleep(0);
    return x;
  }
  long r = deep(d - 1, x + 1);
  return (r ^ d) + x;
}

static int nested(void *arg) {
  (void)arg;
  for (long i = 0; i < yields; i++) sink += deep(depth, i);
  return 0;
}

static int bench_switch(void *arg) {
  (void)arg;
  long tasks = number(2);
  depth = number(3);
  yields = (depth ? 1000000 : 10000000) / tasks;
  double start = now();
  int rc = run_all(depth ? nested : shallow, (size_t)tasks, NULL);
  report("switch", (now() - start) / ((double)yields * (double)tasks), "ns");
  return rc;
}

/* ---- spawn */

static int trivial(void *arg) { return (int)((size_t)arg & 0xffff); }

static int spawn_seq(long n) {
  int rc = 0;
  for (long i = 0; i < n && rc >= 0; i++) {
    weft_task *task = weft_create_task(trivial, (void *)(size_t)i);
    rc = weft_await(task);
    weft_release(task);
  }
  return rc < 0 ? rc : 0;
}

static int bench_spawn(void *arg) {
  (void)arg;
  long n = number(3);
  int rc = spawn_seq(10000); /* warm-up, as the peers do */
  double start = now();
  if (!strcmp(argv_[2], "batch")) {
    rc = run_all(trivial, (size_t)n, NULL);
  } else {
    rc = spawn_seq(n);
  }
  report("spawn", (now() - start) / (double)n, "ns");
  return rc < 0 ? rc : 0;
}

/* ---- memory */

static int sleeper(void *arg) {
  (void)arg;
  return weft_sleep(2.0);
}

static int bench_memory(void *arg) {
  (void)arg;
  weft_task_options options = {.stack_size = (size_t)number(3)};
  return run_all(sleeper, (size_t)number(2), &options);
}

/* ---- timers: the peers' sequence of delays */

static unsigned seed = 1;
static float *late;

static int timer(void *arg) {
  seed = (seed * 1103515245u + 12345u) & 0x7fffffff;
  double delay = 1 + (seed >> 8) % 1000, start = weft_time();
  int rc = weft_sleep(delay * 1e-3);
  late[(size_t)arg] = (float)((weft_time() - start) * 1e3 - delay);
  return rc;
}

/* The value that would be at `rank` if they were sorted (Hoare's quickselect):
   to sort them would be a tenth of the time that is measured. */
static float ranked(float *values, size_t count, size_t rank) {
  size_t low = 0, high = count - 1;
  while (low < high) {
    float pivot = values[low + (high - low) / 2];
    size_t i = low, j = high;
    for (;;) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i >= j) break;
      float swap = values[i];
      values[i++] = values[j];
      values[j--] = swap;
    }
    if (rank <= j) {
      high = j;
    } else {
      low = j + 1;
    }
  }
  return values[low];
}

static int bench_timers(void *arg) {
  (void)arg;
  size_t n = (size_t)number(2);
  if (!n) return 0;
  late = malloc(n * sizeof *late);
  if (!late) return WEFT_ENOMEM;
  weft_task_options options = {.stack_size = (size_t)number(3)};
  int rc = run_all(timer, n, &options);
  report("timers late p99", ranked(late, n, n * 99 / 100), "ms");
  report("timers earliest", ranked(late, n, 0), "ms");
  return rc;
}

/* ---- */

static int bench_hello(void *arg) {
  (void)arg;
  weft_sleep(0);
  puts("hello");
  return 0;
}

static const struct {
  const char *name;
  int least, most; /* arguments, the program's name included */
  weft_fn fn;
} metrics[] = {
    {"switch", 4, 4, bench_switch}, {"spawn", 4, 4, bench_spawn},
    {"memory", 3, 4, bench_memory}, {"timers", 3, 4, bench_timers},
    {"hello", 2, 2, bench_hello},
};

int main(int argc, char **argv) {
  argc_ = argc;
  argv_ = argv;
  for (size_t i = 0; argc > 1 && i < sizeof metrics / sizeof *metrics; i++) {
    if (strcmp(argv[1], metrics[i].name)) continue;
    if (argc < metrics[i].least || argc > metrics[i].most) continue;
    return weft_run(metrics[i].fn, NULL) < 0;
  }
  fputs("core switch|spawn|memory|timers|hello CASE\n", stderr);
  return 2;
}
