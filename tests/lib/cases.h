/*
 * Many small cases in one program, each a main task in a run of its own, on
 * the virtual clock. cases.mjs makes a test of each.
 *
 *   static int case_name(void *arg) { CHECK(1 + 1 == 2); return 0; }
 *   int main(void) {
 *     return run_cases((test_case[]){
 *         {"what it is that holds", case_name},
 *         {NULL},
 *     });
 *   }
 */
#ifndef TESTS_LIB_CASES_H
#define TESTS_LIB_CASES_H

#include <stdio.h>
#include <weft.h>

typedef struct test_case {
  const char *name; /* what holds; NULL ends the list */
  weft_fn fn;       /* 0 or more: it does */
} test_case;

static int failed_checks;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) check_failed(#condition, WEFT_HERE);                     \
  } while (0)

/* Both are int; they are shown when they differ. */
#define CHECK_EQUAL(found, expected)                                           \
  check_equal((found), (expected), #found, WEFT_HERE)

static inline void check_failed(const char *what, const char *site) {
  failed_checks++;
  printf("  %s: %s\n", site, what);
}

static inline void check_equal(int found, int expected, const char *what,
                               const char *site) {
  if (found == expected) return;
  failed_checks++;
  printf("  %s: %s is %d (%s), not %d (%s)\n", site, what, found,
         weft_error_name(found), expected, weft_error_name(expected));
}

static inline int run_cases(const test_case *cases) {
  weft_run_options options = {.virtual_clock = true};
  for (; cases->name; cases++) {
    failed_checks = 0;
    int rc = weft_run_with(cases->fn, NULL, &options);
    if (rc < 0) check_equal(rc, 0, "the case's result", weft_errmsg(rc));
    printf("%s: %s\n", failed_checks ? "FAILED" : "holds", cases->name);
  }
  return 0;
}

/* Lets what is ready run, so many times. */
static inline void pass(int times) {
  while (times--) weft_sleep(0);
}

#endif
