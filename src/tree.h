/* What a call that waits for several futures tells the tree of tasks. */
#ifndef WEFT_SRC_TREE_H
#define WEFT_SRC_TREE_H

#include "task.h"

/*
 * The `what` of such a wait is the text in one of these, and its `on` is
 * &weft__many.
 */
typedef struct weft__many_kind {
  /* The i-th of the futures, NULL after the last. */
  weft__future *(*nth)(const weft__wait *wait, size_t i);
  char what[28];
} weft__many_kind;

extern weft__future weft__many; /* no future: only its address counts */

#endif
