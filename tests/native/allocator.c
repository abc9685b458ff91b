#define WEFT_TESTS_ALLOCATOR
#undef malloc
#undef calloc
#undef realloc
#undef strdup
#include "allocator.h"

static size_t left; /* allocations until the one that fails; 0: none does */
static bool onwards;
static int failed;

void test_fail_allocation(size_t n, bool all_after_it) {
  left = n;
  onwards = all_after_it;
  failed = 0;
}

int test_allocation_failed(void) { return failed; }

static int fails(void) {
  if (!left || left-- > 1) return 0;
  if (onwards) left = 1;
  failed = 1;
  return 1;
}

void *test_malloc(size_t size) { return fails() ? NULL : (malloc)(size); }

void *test_calloc(size_t count, size_t size) {
  return fails() ? NULL : (calloc)(count, size);
}

void *test_realloc(void *old, size_t size) {
  return fails() ? NULL : (realloc)(old, size);
}

char *test_strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = test_malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}
