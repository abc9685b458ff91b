/* The switch: many contexts, each with locals that live across suspensions. */
#include "context.h"

#include <stdlib.h>

#include "../lib/cases.h"

enum { CONTEXTS = 200, ROUNDS = 50, STACK = 64 * 1024 };

static int steps;

/* Suspends `depth` calls down; pointers to the locals above stay valid. */
static int down(int depth, int *sum) {
  int kept = depth;
  if (depth) {
    int below = down(depth - 1, sum);
    CHECK(below == kept - 1);
  } else {
    weft__context_suspend();
  }
  *sum += kept;
  return kept;
}

static int body(void *arg) {
  int id = *(int *)arg, sum = 0, expected = 0;
  for (int i = 0; i < ROUNDS; i++) {
    int depth = (id + i) % 12;
    down(depth, &sum);
    expected += depth * (depth + 1) / 2;
    CHECK(sum == expected);
    steps++;
  }
  return id * 2;
}

static int at_once(void *arg) { return *(int *)arg + 1; }

int main(void) {
  static weft__context contexts[CONTEXTS];
  static int ids[CONTEXTS];
  for (int i = 0; i < CONTEXTS; i++) {
    ids[i] = i;
    weft__context_init(&contexts[i], malloc(STACK), STACK, body, &ids[i]);
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < CONTEXTS; i++) {
      CHECK(weft__context_resume(&contexts[i]) == WEFT__SUSPENDED);
    }
  }
  for (int i = 0; i < CONTEXTS; i++) {
    CHECK(weft__context_resume(&contexts[i]) == WEFT__FINISHED);
    CHECK_EQUAL(contexts[i].result, i * 2);
    weft__context_free(&contexts[i]);
  }
  CHECK_EQUAL(steps, CONTEXTS * ROUNDS);

  /* One that never suspends, and one that is forgotten in the middle. */
  weft__context_init(&contexts[0], contexts[0].stack, STACK, at_once, &ids[7]);
  CHECK(weft__context_resume(&contexts[0]) == WEFT__FINISHED);
  CHECK_EQUAL(contexts[0].result, 8);
  weft__context_free(&contexts[0]);
  weft__context_init(&contexts[1], contexts[1].stack, STACK, body, &ids[1]);
  CHECK(weft__context_resume(&contexts[1]) == WEFT__SUSPENDED);
  weft__context_free(&contexts[1]);
  for (int i = 0; i < CONTEXTS; i++) free(contexts[i].stack);
  return failed_checks != 0;
}
