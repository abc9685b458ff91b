/*
 * Fails every allocation of a scenario in turn, alone and with all after it:
 * the error must arrive, as the
 * result of the run or not at all where the allocation was only for a message,
 * nothing may hang, leak or crash (the sanitizers tell), and the runtime must
 * be good for another run.
 */
#ifndef WEFT_TESTS_ALLOCATION_H
#define WEFT_TESTS_ALLOCATION_H

#include "allocator.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weft.h>

#undef malloc

/* Another task than the main one was told of the lack of memory. */
static bool other_told;

static inline int tell(int rc) {
  if (rc == WEFT_ENOMEM) other_told = true;
  return rc;
}

#define TRY(call)                                                              \
  do {                                                                         \
    int rc_ = (call);                                                          \
    if (rc_ < 0) return rc_;                                                   \
  } while (0)

/* How the process of a run ends; the sanitizers end it in ways of their own,
   1 among them. */
enum { NONE_FAILED = 100, ARRIVED, HARMLESS, WRONG };

enum { HANGS = 20 /* seconds */ };

/*
 * One run in which the n-th allocation fails, and one in which none does. An
 * error other than WEFT_ENOMEM is right when it follows from one that another
 * task was told of, or stderr: the peer has gone.
 */
static int run_once(weft_fn scenario, const weft_run_options *options, size_t n,
                    bool onwards) {
  alarm(HANGS);
  other_told = false;
  test_fail_allocation(n, onwards);
  int rc = weft_run_with(scenario, NULL, options);
  int failed = test_allocation_failed();
  test_fail_allocation(0, false);
  bool told = rc == WEFT_ENOMEM || other_told || test_no_memory_reported();
  int again = weft_run_with(scenario, NULL, options);
  if (again != 0) {
    printf("after allocation %zu the next run gave %d: %s\n", n, again,
           weft_errmsg(again));
    return WRONG;
  }
  if (rc == 0) return failed ? HARMLESS : NONE_FAILED;
  if (failed && told) return ARRIVED;
  printf("allocation %zu: the run gave %d: %s\n", n, rc, weft_errmsg(rc));
  return WRONG;
}

/* Each n has a process of its own: what the last one left does not help. */
static int fail_each_allocation(weft_fn scenario,
                                const weft_run_options *options, size_t least) {
  size_t arrived = 0, harmless = 0;
  for (size_t i = 2;; i++) {
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) exit(run_once(scenario, options, i / 2, i % 2));
    if (waitpid(child, &status, 0) != child) return 2;
    int end = WIFEXITED(status) ? WEXITSTATUS(status) : WRONG;
    if (end == NONE_FAILED) break;
    if (end != ARRIVED && end != HARMLESS) {
      printf("allocation %zu%s: %s %d\n", i / 2,
             i % 2 ? " and all after it" : "",
             WIFEXITED(status) ? "exit status" : "signal",
             WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
      return 3;
    }
    if (end == ARRIVED) arrived++;
    if (end == HARMLESS) harmless++;
  }
  printf("%zu errors arrived, %zu failures were harmless\n", arrived, harmless);
  return arrived < least;
}

#endif
