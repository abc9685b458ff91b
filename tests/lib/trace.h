/* For cases of cases.h: what happened, in order, one letter each. */
#ifndef TESTS_LIB_TRACE_H
#define TESTS_LIB_TRACE_H

#include "cases.h"

#include <string.h>

static char trace[64];

static inline void note(char c) { strncat(trace, &c, 1); }
static inline void clear(void) { trace[0] = 0; }

#define CHECK_TRACE(expected) CHECK(strcmp(trace, (expected)) == 0)

#endif
