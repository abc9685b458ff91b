/*
 * The bench's program for debug mode and cancelling; JSON lines as core.c.
 *
 *   debug off|on   a switch between 1,000 tasks, as core's, in a program that
 *                  has debug mode linked: off, it must cost what core's does
 *   cancel N       cancelling a group of N tasks that sleep, to its end
 *   deadline N     a timer's arming and cancelling: of N calls for later, all
 *                  armed before the first is cancelled; and of N timeouts that
 *                  do not expire, one after the other. Each reads the host's
 *                  clock once, of which the cost is also told
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <weft.h>

enum { TASKS = 1000, YIELDS = 10000 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void report(const char *metric, double value, const char *unit) {
  printf("{\"metric\": \"%s\", \"value\": %.1f, \"unit\": \"%s\"}\n", metric,
         value, unit);
}

static long yields = YIELDS;

static int yielder(void *arg) {
  (void)arg;
  for (long i = 0; i < yields; i++) weft_sleep(0);
  return 0;
}

static int bench_debug(void *arg) {
  (void)arg;
  static weft_task *tasks[TASKS];
  for (int i = 0; i < TASKS; i++) {
    tasks[i] = weft_create_task(yielder, NULL);
    if (!tasks[i]) return WEFT_ENOMEM;
  }
  double start = now();
  int rc = weft_gather(tasks, TASKS, NULL);
  report("debug", (now() - start) / ((double)yields * TASKS), "ns");
  return rc;
}

static int sleeper(void *arg) {
  (void)arg;
  return weft_sleep(1000);
}

static int bench_cancel(void *arg) {
  long count = *(long *)arg;
  weft_task_group group;
  int rc = weft_task_group_begin(&group);
  if (rc < 0) return rc;
  for (long i = 0; i < count; i++) {
    weft_task *task = weft_task_group_create_task(&group, sleeper, NULL);
    if (!task) return weft_task_group_end(&group, WEFT_ENOMEM);
    weft_release(task);
  }
  weft_sleep(0);
  double start = now();
  weft_task_group_cancel(&group);
  rc = weft_task_group_end(&group, 0);
  report("cancel", (now() - start) * 1e-6, "ms");
  return rc;
}

static void never(void *arg) { (void)arg; }

static int bench_deadline(void *arg) {
  long count = *(long *)arg;
  weft_future **calls = malloc((size_t)count * sizeof *calls);
  if (!calls) return WEFT_ENOMEM;
  int rc = 0;
  /* The second round is without the first touch of memory. */
  for (int round = 0; round < 2 && rc >= 0; round++) {
    double start = now();
    for (long i = 0; i < count; i++) {
      double seconds = 1 + (double)(i * 7919 % count) / 1000;
      calls[i] = weft_call_later(seconds, never, NULL);
    }
    for (long i = 0; i < count; i++) weft_cancel(calls[i]);
    double time = (now() - start) / (double)count;
    for (long i = 0; i < count; i++) weft_release(calls[i]);
    rc = weft_sleep(0);
    if (round) report("deadline of a call", time, "ns");
  }
  free(calls);
  double start = now();
  for (long i = 0; i < count && rc >= 0; i++) {
    weft_timeout scope;
    rc = weft_timeout_begin(&scope, 10);
    rc = rc < 0 ? rc : weft_timeout_end(&scope, 0);
  }
  report("deadline of a timeout", (now() - start) / (double)count, "ns");
  start = now();
  for (long i = 0; i < count; i++) weft_time();
  report("reading the clock", (now() - start) / (double)count, "ns");
  return rc;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "debug")) {
    bool on = !strcmp(argv[2], "on");
    if (on) yields /= 10;
    weft_run_options options = {.debug = on, .slow_callback = 1e9};
    return weft_run_with(bench_debug, NULL, &options) < 0;
  }
  if (argc == 3 && !strcmp(argv[1], "cancel")) {
    long count = atol(argv[2]);
    return weft_run(bench_cancel, &count) < 0;
  }
  if (argc == 3 && !strcmp(argv[1], "deadline")) {
    long count = atol(argv[2]);
    return weft_run(bench_deadline, &count) < 0;
  }
  fputs("tasks debug off|on, tasks cancel|deadline N\n", stderr);
  return 2;
}
