/*
 * What debug mode (debug.c) hooks into the core. weft__loop.hooks is NULL in
 * other runs; a switch does not look at it, as tasks are made with the hooks'
 * step function.
 */
#ifndef WEFT_SRC_HOOKS_H
#define WEFT_SRC_HOOKS_H

#include "task.h"

typedef struct weft__hooks {
  size_t extra;                       /* bytes after each task's record */
  void (*step)(weft__handle *handle); /* resumes a task */
  void (*begin)(const weft_run_options *options);
  void (*created)(weft__task *task);
  void (*got_stack)(weft__task *task); /* nothing of it is in use yet */
  void (*cancelled)(weft__task *task);
  void (*ended)(weft__task *task, int result); /* it still has its stack */
  void (*kept)(weft__task *task); /* the run ends, with a handle to it */
  int64_t (*call_begin)(void);
  void (*call_end)(const char *name, const char *site, int64_t begin);
} weft__hooks;

/* Of debug.c; only in programs that use it and in debug builds. */
extern const weft__hooks weft__debug_hooks;

#endif
