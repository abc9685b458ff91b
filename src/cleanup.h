/*
 * What is done when a task has ended, in whatever way: scopes that were open
 * are closed, the program's cleanup functions called, the last pushed first.
 * The nodes may lie in the task's own frames: its stack is still there.
 */
#ifndef WEFT_SRC_CLEANUP_H
#define WEFT_SRC_CLEANUP_H

#include "task.h"

typedef struct weft__cleanup {
  struct weft__cleanup *next; /* pushed before it */
  void (*run)(struct weft__cleanup *cleanup);
} weft__cleanup;

static inline void weft__cleanup_push(weft__task *task,
                                      weft__cleanup *cleanup) {
  cleanup->next = task->future.owner;
  task->future.owner = cleanup;
}

/* Takes one back that need not be the last; nothing if it is not there. */
void weft__cleanup_remove(weft__task *task, weft__cleanup *cleanup);

/* Runs all: outside the task, which has ended. */
void weft__cleanups_run(weft__task *task);

/* Has fn(arg) called at the end of the task. Errors: WEFT_ENOMEM. */
int weft__cleanup_add(weft__task *task, void (*fn)(void *arg), void *arg);

#endif
