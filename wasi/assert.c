/*
 * What assert calls when it fails, instead of the C library's, whose printf
 * (the C library itself has asserts) would be a quarter of a small program.
 */
#include "error.h"
#include "host.h"

#include <assert.h>
#include <stdlib.h>

_Noreturn void __assert_fail(const char *condition, const char *file, int line,
                             const char *function) {
  char text[512];
  weft__host_report(weft__format(text, sizeof text,
                                 "Assertion failed: %s (%s: %s: %d)\n",
                                 condition, file, function, line));
  abort();
}
