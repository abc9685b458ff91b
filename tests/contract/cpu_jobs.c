/* What jobs of WEFT_CPU_JOB call, by name and through pointers. */
#include <string.h>

#include "../lib/cases.h"
#include "../lib/shapes.h"

/* The same code in a task, where it may suspend, and in such a job. */
#define JOB(shape)                                                             \
  static int shape##_job(const int *amount, int *sum) {                        \
    *sum = shape(*amount);                                                     \
    return 0;                                                                  \
  }                                                                            \
  WEFT_CPU_JOB(shape##_job, int, int)                                          \
  static int computes_##shape(void *arg) {                                     \
    (void)arg;                                                                 \
    for (int amount = 1; amount < 30; amount += 7) {                           \
      int sum = -1;                                                            \
      CHECK_EQUAL(weft_to_thread(shape##_job, &amount, &sum), 0);              \
      CHECK_EQUAL(sum, shape(amount));                                         \
    }                                                                          \
    return 0;                                                                  \
  }
SHAPES(JOB)

/* ---- pointers that cross from one kind of code to the other */

typedef int (*method)(int);

/* Suspends, in a task. */
static int nap(int value) {
  int rc = weft_sleep(0.001);
  return rc < 0 ? rc : value + 1;
}
static int twice(int value) { return 2 * value; }

/* Taken here, in code that does not suspend. */
static int take(const int *in, method *out) {
  *out = *in ? nap : twice;
  return 0;
}
WEFT_CPU_JOB(take, int, method)

/* Used here, in code that may. */
static int use(const method *fn, int *out) {
  *out = (*fn)(20);
  return 0;
}
WEFT_JOB(use, method, int)

/* The other way round. */
static int call(const method *fn, int *out) {
  *out = (*fn)(20);
  return *out < 0 ? *out : 0;
}
WEFT_CPU_JOB(call, method, int)

static int first_here(void *arg) {
  (void)arg;
  const method expected[] = {twice, nap};
  const int results[] = {40, 21};
  for (int which = 0; which < 2; which++) {
    method taken = NULL;
    int out = 0;
    CHECK_EQUAL(weft_to_thread(take, &which, &taken), 0);
    CHECK(taken == expected[which]);
    if (!taken) continue;
    CHECK_EQUAL(taken(20), results[which]);
    CHECK_EQUAL(weft_to_thread(use, &taken, &out), 0);
    CHECK_EQUAL(out, results[which]);
  }
  return 0;
}

static int then_there(void *arg) {
  (void)arg;
  method fn = (method)(void *)plus;
  int out = 0;
  CHECK_EQUAL(weft_to_thread(call, &fn, &out), 0);
  CHECK_EQUAL(out, 27);
  return 0;
}

static int refused(void *arg) {
  (void)arg;
  method fn = nap;
  int out = 0;
  int rc = weft_to_thread(call, &fn, &out);
  CHECK_EQUAL(rc, WEFT_ENOTRUNNING);
  CHECK(strstr(weft_errmsg(rc), "job 'call' is registered with WEFT_CPU_JOB"));
  fn = (method)(void *)plus;
  CHECK_EQUAL(weft_to_thread(call, &fn, &out), 0);
  CHECK_EQUAL(nap(1), 2);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"loops compute the same in a CPU job", computes_loops},
      {"qsort computes the same in a CPU job", computes_sorting},
      {"calls through pointers compute the same", computes_pointers},
      {"recursion computes the same in a CPU job", computes_recursion},
      {"recursion through pointers computes the same", computes_interpreter},
      {"methods that call methods compute the same", computes_methods},
      {"a pointer taken in a CPU job is good in a task", first_here},
      {"a pointer taken in a task is good in a CPU job", then_there},
      {"what a CPU job calls through a pointer refuses to wait", refused},
      {NULL},
  });
}
