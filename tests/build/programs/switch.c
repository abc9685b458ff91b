/* Two contexts whose function has one caller and is the only one that suspends:
   what the inlining of Binaryen can break (src/context_asyncify.c). */
#include "context.h"

#include <stdint.h>

static int order; /* who ran, a decimal digit each */

static int step(void *arg) {
#pragma clang loop unroll(disable)
  for (int i = 0; i < 3; i++) {
    order = order * 10 + (int)(intptr_t)arg;
    weft__context_suspend();
  }
  return 0;
}

/* 121212 when they take turns. */
__attribute__((export_name("turns"))) int turns(void) {
  enum { SIZE = 1 << 16 };
  static _Alignas(16) char stacks[2][SIZE];
  weft__context contexts[2];
  for (intptr_t i = 0; i < 2; i++) {
    weft__context_init(&contexts[i], stacks[i], SIZE, step, (void *)(i + 1));
  }
  for (int i = 0; i < 6; i++) weft__context_resume(&contexts[i % 2]);
  return order;
}
