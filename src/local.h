/*
 * Task-local values. A task points to a table that it shares with those that
 * inherited from it; who sets a value in a shared table copies it first.
 */
#ifndef WEFT_SRC_LOCAL_H
#define WEFT_SRC_LOCAL_H

#include <stddef.h>
#include <stdlib.h>
#include <weft/local.h>

typedef struct weft__locals {
  size_t shared; /* by so many others */
  size_t count;
  struct {
    const weft_local *local;
    void *value;
  } entries[];
} weft__locals;

static inline weft__locals *weft__locals_share(weft__locals *locals) {
  if (locals) locals->shared++;
  return locals;
}

static inline void weft__locals_drop(weft__locals *locals) {
  if (locals && !locals->shared--) free(locals);
}

/* What is in force: of the task that runs, or of the call (call.c). */
weft__locals *weft__locals_current(void);

/* Set while a call runs. */
extern weft__locals *weft__locals_of_call;

#endif
