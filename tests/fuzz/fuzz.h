/*
 * What the fuzz targets share. Each target is one file that includes it, so
 * that it can define what the sanitizers and libFuzzer call.
 */
#ifndef WEFT_TESTS_FUZZ_H
#define WEFT_TESTS_FUZZ_H

#include <string.h>

#include "../lib/check.h"

/* What libFuzzer calls, with one input after another. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/*
 * Stacks of tasks come and go with every input: with AddressSanitizer's own
 * quarantine the kernel would do most of the work. A peer may announce more
 * than there is memory for: malloc then answers NULL.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "quarantine_size_mb=2:detect_stack_use_after_return=0:"
         "max_allocation_size_mb=64:allocator_may_return_null=1";
}

/* Reads all of some bytes, for AddressSanitizer to see that they are there. */
static inline void touch(const char *bytes, size_t size) {
  static volatile char sum;
  for (size_t i = 0; i < size; i++) sum ^= bytes[i];
}

/* An input, read from its front; beyond its end there are zeros. */
typedef struct input {
  const unsigned char *data;
  size_t size;
} input;

static inline unsigned next(input *in) {
  if (!in->size) return 0;
  in->size--;
  return *in->data++;
}

#endif
