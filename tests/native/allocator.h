/*
 * The allocator of native builds: malloc, but one that can be told to fail.
 * Included before every file of the library (.tools/compile.sh).
 */
#ifndef WEFT_TESTS_ALLOCATOR_H
#define WEFT_TESTS_ALLOCATOR_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *test_malloc(size_t size);
void *test_calloc(size_t count, size_t size);
void *test_realloc(void *old, size_t size);
char *test_strdup(const char *text);

/*
 * test_fail_allocation(n, onwards) lets the n-th allocation from now on fail, 1
 * being the next, and with `onwards` all after it; 0: none.
 * test_allocation_failed: whether it has.
 */
void test_fail_allocation(size_t n, bool onwards);
int test_allocation_failed(void);

/* test_no_memory_reported: whether stderr was told of it since the last call. */
bool test_no_memory_reported(void);

#ifndef WEFT_TESTS_ALLOCATOR
#define malloc(size) test_malloc(size)
#define calloc(count, size) test_calloc(count, size)
#define realloc(old, size) test_realloc(old, size)
#undef strdup
#define strdup(text) test_strdup(text)
#endif

#endif
