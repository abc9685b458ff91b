/*
 * What a job of WEFT_CPU_JOB takes for a shape of code (tests/lib/shapes.h), as
 * a JSON line: the least of RUNS, as other processes only add to it. The shape
 * is the last argument. The floor is the same program without Asyncify
 * (WEFT_PLAIN). Both run the job without a worker.
 *
 * The job's code is the same in both, but not what is around it, which V8 goes
 * by when it inlines (src/wasm/inlining-tree.h there): a function may grow two-
 * to fivefold, the more the larger the share of functions below 50 bytes is in
 * the module. Asyncify makes functions larger, and copies are more of them, so
 * the share is smaller: 36.7 % here, and 40.6 % in the floor. The recursive
 * function is inlined into itself twice, and in the floor three times;
 * node --trace-wasm-inlining shows it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <weft/job.h>

#include "../lib/shapes.h"

#define JOB(shape)                                                             \
  static int shape##_job(const int *amount, int *sum) {                        \
    *sum = shape(*amount);                                                     \
    return 0;                                                                  \
  }                                                                            \
  WEFT_CPU_JOB(shape##_job, int, int)
SHAPES(JOB)

/* Each takes some 15 ms. */
static const struct {
  const char *name;
  weft_job *job;
  int amount;
} shapes[] = {
    {"loops", &weft__job_loops_job, 200000},
    {"sorting", &weft__job_sorting_job, 50000},
    {"pointers", &weft__job_pointers_job, 6000000},
    {"recursion", &weft__job_recursion_job, 34},
    {"interpreter", &weft__job_interpreter_job, 800},
    {"methods", &weft__job_methods_job, 1000000},
};

enum { RUNS = 50 };

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    if (argc < 2 || strcmp(argv[argc - 1], shapes[i].name) != 0) continue;
    double least = 1e9;
    for (int run = 0; run < RUNS; run++) {
      int sum;
      double began = milliseconds();
      shapes[i].job->typed(&shapes[i].amount, &sum);
      double took = milliseconds() - began;
      if (took < least) least = took;
    }
    printf("{\"metric\": \"cpu_job\", \"value\": %g, \"unit\": \"ms\"}\n",
           least);
    return 0;
  }
  return 1;
}
