#define WEFT_TESTS_ALLOCATOR
#undef malloc
#undef realloc
#undef strdup
#include "allocator.h"

static size_t left; /* allocations until the one that fails; 0: none does */
static int failed;

void test_fail_allocation(size_t n) {
  left = n;
  failed = 0;
}

int test_allocation_failed(void) { return failed; }

static int fails(void) {
  if (!left || --left) return 0;
  failed = 1;
  return 1;
}

void *test_malloc(size_t size) { return fails() ? NULL : (malloc)(size); }

void *test_realloc(void *old, size_t size) {
  return fails() ? NULL : (realloc)(old, size);
}

char *test_strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = test_malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}
