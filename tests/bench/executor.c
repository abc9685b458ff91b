/*
 * The executor's figures, one case a run, as JSON lines of the metric executor:
 *   rtt         median round trip of an empty job, two workers
 *   throughput  10,000 empty jobs given at once
 *   speedup     eight jobs that count primes, on one worker and on two
 *   start       until a new pool's two workers can take jobs
 *   replace     from the end of a job by force, after the default grace, to the
 *               next job's answer
 *   replace_now the same without a grace
 *   megabyte    round trip of 1 MB in and out
 *   timers      p99 lateness of the loop's timers while two workers are busy
 *   cpu         seconds that a job takes to count primes
 *   parallel    8 empty jobs in flight at any time (for wasmtime)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static void report(double value, const char *unit) {
  printf("{\"metric\": \"executor\", \"value\": %g, \"unit\": \"%s\"}\n", value,
         unit);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double percentile(double *values, int count, int percent) {
  qsort(values, (size_t)count, sizeof *values, compare);
  return values[count * percent / 100];
}

/* ---- jobs */

static int empty(const void *input, size_t size, weft_output *output) {
  (void)input, (void)size, (void)output;
  return 0;
}
WEFT_JOB_BYTES(empty)

static int primes(const int *below, int *count) {
  for (int i = 2; i < *below; i++) {
    int d = 2;
    for (; d * d <= i; d++) {
      if (i % d == 0) break;
    }
    if (d * d > i) ++*count;
  }
  return 0;
}
WEFT_JOB(primes, int, int)

static int spin(const int *in, int *out) {
  for (volatile int i = *in;; i++) {
    if (i == -1) *out = i;
  }
  return 0;
}
WEFT_JOB(spin, int, int)

static int same(const void *input, size_t size, weft_output *output) {
  output->data = malloc(size);
  if (!output->data) return WEFT_ENOMEM;
  output->size = size;
  memcpy(output->data, input, size);
  return 0;
}
WEFT_JOB_BYTES(same)

/* ---- what is measured */

enum { MANY = 10000, TRIPS = 4000, BATCH = 8, ROUNDS = 5 };

static weft_future *futures[MANY];

static int run_empty(weft_executor *pool, int count) {
  for (int i = 0; i < count; i++) {
    futures[i] = weft_run_in_executor_bytes(pool, empty, NULL, 0);
  }
  int rc = weft_gather(futures, (size_t)count, NULL);
  for (int i = 0; i < count; i++) weft_release(futures[i]);
  return rc;
}

static int run_primes(weft_executor *pool, int below) {
  for (int i = 0; i < BATCH; i++) {
    futures[i] = weft_run_in_executor(pool, primes, &below);
  }
  int rc = weft_gather(futures, BATCH, NULL);
  for (int i = 0; i < BATCH; i++) weft_release(futures[i]);
  return rc;
}

static int measure_rtt(void) {
  weft_executor *pool = weft_executor_create(2);
  int rc = run_empty(pool, 500);
  static double trips[TRIPS];
  for (int i = 0; rc >= 0 && i < TRIPS; i++) {
    double began = weft_time();
    weft_future *f = weft_run_in_executor_bytes(pool, empty, NULL, 0);
    rc = weft_await(f);
    weft_release(f);
    trips[i] = weft_time() - began;
  }
  report(percentile(trips, TRIPS, 50) * 1e6, "us");
  return rc;
}

static int measure_throughput(void) {
  weft_executor *pool = weft_executor_create(2);
  int rc = run_empty(pool, 500);
  if (rc < 0) return rc;
  double began = weft_time();
  rc = run_empty(pool, MANY);
  report(MANY / (weft_time() - began), "jobs/s");
  return rc;
}

/* The least of each, taken in turn: another process takes a core away. */
static int measure_speedup(void) {
  double least[2] = {1e9, 1e9};
  for (int round = 0; round < ROUNDS; round++) {
    for (int workers = 1; workers <= 2; workers++) {
      weft_executor *pool = weft_executor_create(workers);
      int rc = weft_executor_start(pool);
      if (rc >= 0) rc = run_primes(pool, 600000); /* compiled for speed */
      double began = weft_time();
      if (rc >= 0) rc = run_primes(pool, 600000);
      if (rc < 0) return rc;
      double took = weft_time() - began;
      if (took < least[workers - 1]) least[workers - 1] = took;
      weft_executor_shutdown(pool, false);
    }
  }
  report(least[0] / least[1], "x");
  return 0;
}

static int measure_start(void) {
  double began = weft_time();
  int rc = weft_executor_start(weft_executor_create(2));
  report((weft_time() - began) * 1e3, "ms");
  return rc;
}

static int replace_after(double grace) {
  weft_executor_options options = {.max_workers = 1, .grace = grace};
  weft_executor *pool = weft_executor_create_with(&options);
  double took[20];
  int zero = 0;
  for (int i = 0; i < 20; i++) {
    int rc = run_empty(pool, 1);
    if (rc < 0) return rc;
    weft_future *f = weft_run_in_executor(pool, spin, &zero);
    weft_sleep(0.02);
    double began = weft_time();
    weft_cancel(f);
    weft_release(f);
    rc = run_empty(pool, 1);
    if (rc < 0) return rc;
    took[i] = weft_time() - began - (grace > 0 ? grace : 0);
  }
  report(percentile(took, 20, 50) * 1e3, "ms");
  return 0;
}

static int measure_replace(void) { return replace_after(0.1); }
static int measure_replace_now(void) { return replace_after(-1); }

static int measure_megabyte(void) {
  weft_executor *pool = weft_executor_create(2);
  int rc = run_empty(pool, 500);
  double took[200];
  size_t size = 1000000;
  void *data = calloc(1, size);
  for (int i = 0; rc >= 0 && i < 200; i++) {
    double began = weft_time();
    weft_future *f = weft_run_in_executor_bytes(pool, same, data, size);
    rc = weft_await(f);
    weft_release(f);
    took[i] = weft_time() - began;
  }
  free(data);
  report(percentile(took, 200, 50) * 1e6, "us");
  return rc;
}

static int measure_timers(void) {
  weft_executor *pool = weft_executor_create(2);
  int rc = run_empty(pool, 500), forever = 0;
  weft_future *busy[2];
  for (int i = 0; i < 2; i++) {
    busy[i] = weft_run_in_executor(pool, spin, &forever);
  }
  static double late[1000];
  for (int i = 0; rc >= 0 && i < 1000; i++) {
    double due = weft_time() + 0.005;
    rc = weft_sleep(0.005);
    late[i] = weft_time() - due;
  }
  if (weft_done(busy[0]) || weft_done(busy[1])) return WEFT_EPROTO;
  report(percentile(late, 1000, 99) * 1e3, "ms");
  return rc < 0 ? rc : weft_executor_shutdown(pool, true);
}

static int measure_cpu(void) {
  weft_executor *pool = weft_executor_create(1);
  int below = 600000, count, rc = run_primes(pool, below);
  if (rc < 0) return rc;
  double began = weft_time();
  weft_future *f = weft_run_in_executor(pool, primes, &below);
  rc = weft_await_job(f, primes, &count);
  report(weft_time() - began, "s");
  return rc < 0 ? rc : count == 49098 ? 0 : WEFT_EPROTO;
}

static weft_executor *parallel_pool;
static int keep_busy(void *arg) {
  int *left = arg, rc = 0;
  while (rc >= 0 && (*left)-- > 0) {
    weft_future *f = weft_run_in_executor_bytes(parallel_pool, empty, NULL, 0);
    rc = weft_await(f);
    weft_release(f);
  }
  return rc;
}

static int measure_parallel(void) {
  parallel_pool = weft_executor_create(8);
  int left = 500, rc = keep_busy(&left);
  if (rc < 0) return rc;
  left = MANY;
  double began = weft_time();
  weft_task *tasks[8];
  for (int i = 0; i < 8; i++) tasks[i] = weft_create_task(keep_busy, &left);
  rc = weft_gather(tasks, 8, NULL);
  report(MANY / (weft_time() - began), "jobs/s");
  return rc;
}

static const struct {
  const char *name;
  int (*measure)(void);
} cases[] = {
    {"rtt", measure_rtt},           {"throughput", measure_throughput},
    {"speedup", measure_speedup},   {"start", measure_start},
    {"replace", measure_replace},   {"replace_now", measure_replace_now},
    {"megabyte", measure_megabyte}, {"timers", measure_timers},
    {"cpu", measure_cpu},           {"parallel", measure_parallel},
};

static int measure(void *arg) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(cases[i].name, arg) == 0) return cases[i].measure();
  }
  return WEFT_ENOTFOUND;
}

int main(int argc, char **argv) {
  int rc = argc > 1 ? weft_run(measure, argv[argc - 1]) : WEFT_EINVAL;
  if (rc < 0) fprintf(stderr, "%s\n", weft_errmsg(rc));
  return rc < 0;
}
