/*
 * Tasks: futures whose result a coroutine computes.
 *
 * A task is created with a record only; it gets a C stack from a pool when it
 * first runs and gives it back when it ends. Between steps a task is either in
 * a ready list or waits for something that has its handle in a list; `wait`
 * then says how that wait is cancelled. The rules of cancellation are
 * CPython's (Lib/asyncio/tasks.py).
 */
#ifndef WEFT_SRC_TASK_H
#define WEFT_SRC_TASK_H

#include "context.h"
#include "future.h"
#include "local.h"

#include <weft/task.h>

struct weft__task;

/*
 * What a suspended task waits for; it lives in the frame of the call that
 * waits, or is the same for all tasks. cancel asks the wait of a task to
 * end: true when it will end with WEFT_ECANCELED (at once, or when what it
 * waits for has ended), false when it has been woken already; NULL when it will
 * end by itself.
 */
typedef struct weft__wait {
  const char *what; /* the public function, for messages */
  bool (*cancel)(struct weft__task *task);
  weft__future *on; /* the future it waits for, if it is one */
} weft__wait;

/* The future's owner is the first of the task's cleanups (cleanup.h).
   What a switch touches stands together at the end: one line of the cache. */
typedef struct weft__task {
  weft__future future;
  const char *name;
  const char *site; /* where it was created */
  weft__node all;   /* in weft__loop.tasks */
  int cancel_requests;
  weft__locals *locals; /* NULL: none was set */
  weft__handle handle;  /* resumes the task */
  weft__context context;
  const weft__wait *wait; /* NULL while it runs, and before */
  int wake;               /* what weft__suspend will return */
  bool must_cancel;       /* a request that no wait has taken yet */
  uint8_t parking;        /* a weft__parking (park.h) */
  uint8_t stack_class;    /* its size, as a power of two (task.c) */
  bool abandoned : 1;     /* will not run any more: wake is how it ended */
  bool closing : 1;       /* cancelled by the end of the run */
  bool awaited : 1;       /* while the tree of tasks is printed */
  bool shown : 1;
  bool met : 1; /* while a cancel looks for the end of a chain */
} weft__task;

_Static_assert(sizeof(void *) > 4 ||
                   sizeof(weft__task) <= 2 * WEFT__RECORD_UNIT,
               "a parked task's memory is a figure of ours");

static inline weft__task *weft__task_of(weft__future *future) {
  return weft__container(future, weft__task, future);
}

/*
 * weft__current gives the task that runs, or NULL with the message of
 * WEFT_ENOTRUNNING set.
 */
weft__task *weft__current(void);

/* In programs with jobs (job.c): says why one of WEFT_CPU_JOB cannot wait. */
__attribute__((weak)) void weft__refuse_wait(void);

/*
 * weft__task_new makes a task that is ready to start; no handle, one pin.
 * weft__task_start_eager starts an eager one at once, and does nothing for
 * others; the caller calls it once it has a handle or pin of its own.
 */
weft__task *weft__task_new(weft_fn fn, void *arg,
                           const weft_task_options *options, const char *name,
                           const char *site);
void weft__task_start_eager(weft__task *task, const weft_task_options *options);

/* weft__stack_check: 0, or WEFT_EINVAL for one that no task can have. */
int weft__stack_check(size_t size);

/*
 * weft__cancel_late cancels the wait of a task for a request that came before
 * it, and with its reason; the result is that of the wait's cancel.
 */
bool weft__cancel_late(weft__task *task);

/*
 * weft__suspend leaves the current task until its handle has become ready
 * and run. It returns 0, what the waker put into task->wake, or
 * WEFT_ECANCELED. Inline, as each frame between a task and the switch costs.
 * weft__suspend_begin is what it does before it suspends, weft__suspend_end the
 * rest: a function that suspends does nothing else, because all of it is
 * instrumented, also where it is inlined into a task; what comes before is then
 * in a weft__noinline function, which is not.
 */
#define weft__noinline __attribute__((noinline))

static inline void weft__suspend_begin(const weft__wait *wait) {
  weft__task *task = weft__loop.current;
  task->wait = wait;
  task->wake = 0;
  if (task->must_cancel && wait->cancel && weft__cancel_late(task)) {
    task->must_cancel = false;
  }
}

static inline int weft__suspend_end(void) {
  weft__context_suspend();
  return weft__loop.current->wake; /* read again: one local less to keep */
}

static inline int weft__suspend(const weft__wait *wait) {
  weft__suspend_begin(wait);
  return weft__suspend_end();
}

/*
 * weft__run_ahead is for a task that waits now, before it suspends: when the
 * loop would do nothing but take a step of another task, that is taken here, in
 * the middle of the waiting one; and when then only that is ready, it need not
 * suspend: true, and its wait is over. Where this was of no use it is left out
 * for a while.
 */
bool weft__run_ahead_now(void);

static inline bool weft__run_ahead(void) {
  if (!weft__loop.left_out) return weft__run_ahead_now();
  weft__loop.left_out--;
  return false;
}

/* As weft__suspend_end, for a wait that another task is likely to end. */
static inline int weft__suspend_unless_ahead(void) {
  if (!weft__run_ahead()) weft__context_suspend();
  return weft__loop.current->wake;
}

/*
 * weft__wait_on waits until the future, which the caller has pinned, is done;
 * 0 or WEFT_ECANCELED. A cancel of the task is passed on to the future.
 * weft__wait_begin is what it does before it suspends, for one that is pending.
 */
int weft__wait_on(weft__future *future, const char *what);
void weft__wait_begin(weft__wait *wait, weft__future *future, const char *what);

/* The run function of a task's handle. Named in asyncify.remove: it never
   suspends itself. */
void weft__task_step(weft__handle *handle);

/* Runs a task's handle, which is ready: mostly that, and then not through the
   pointer. */
static inline void weft__task_run(weft__handle *handle) {
  weft__list_remove(&handle->node);
  if (handle->run == weft__task_step) {
    weft__task_step(handle);
  } else {
    handle->run(handle);
  }
}

/*
 * weft__task_lost ends the task that ran when the host caught a trap (code
 * WEFT_ETRAP). Called by the host, after weft__context_recover.
 */
void weft__task_lost(int code, const char *message);

/* Reports who awaits whom (tree.c). */
void weft__tasks_report(void);

/* At the end of a run: forgets the tasks that would not end, frees stacks. */
void weft__tasks_close(void);

#endif
