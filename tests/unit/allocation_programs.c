/*
 * Out of memory anywhere: the programs of the differential test, in each of
 * which an allocation fails that is chosen at random, in every fourth with all
 * after it. What they print does not matter; nothing may hang, leak or crash.
 */
#include "allocator.h"

#undef malloc
#undef calloc
#undef realloc
#undef strdup

#include "../lib/random.h"

#define RUN_WITH(options)                                                      \
  (test_fail_allocation(1 + random_below(16), !random_below(4)),               \
   run_failing(options))

static int run_failing(const void *options);

#include "../differential/weft_side.c"

static size_t failed; /* programs in which one has */

static int run_failing(const void *options) {
  int rc = weft_run_with(run_main, NULL, options);
  failed += (size_t)test_allocation_failed();
  test_fail_allocation(0, false);
  return rc;
}

__attribute__((destructor)) static void tell(void) {
  printf("%zu programs met a failure\n", failed);
}
