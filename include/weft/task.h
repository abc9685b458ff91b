/* Tasks: functions that run as coroutines, side by side. */
#ifndef WEFT_TASK_H
#define WEFT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <weft/future.h>
#include <weft/run.h>
#include <weft/wait.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A future whose result a function computes. */
typedef weft_future weft_task;

/* Choices for a task; zero means the default throughout. */
typedef struct weft_task_options {
  const char *name;           /* shown in messages; must outlive the task */
  size_t stack_size;          /* bytes of C stack, rounded up to a power of two;
                                 default WEFT_STACK_SIZE, at least WEFT_STACK_MIN */
  bool eager;                 /* runs at once, until it first suspends; inside
                                 100 such starts it starts as other tasks do */
  void (*cleanup)(void *arg); /* called with the task's arg when it has ended,
                                 in whatever way, even if it never ran */
} weft_task_options;

enum {
  WEFT_STACK_MIN = 1024,
  WEFT_STACK_SIZE = 32 * 1024, /* debug builds add what -O0 needs more */
};

/*
 * weft_create_task(fn, arg) makes a task that runs fn(arg). It starts when the
 * caller next suspends, after what is already ready. The handle is the
 * caller's, to be released; a task whose handle was released runs on.
 * NULL: out of memory, or called outside weft_run (weft_errmsg says which).
 * Never suspends. Source: asyncio.create_task.
 */
#define weft_create_task(fn, arg)                                              \
  weft_create_task_at((fn), (arg), NULL, #fn, WEFT_HERE)

/*
 * weft_create_task_with(fn, arg, options): the same with options. NULL also for
 * a stack_size of more than 64 MiB; options->cleanup was not called then.
 */
#define weft_create_task_with(fn, arg, options)                                \
  weft_create_task_at((fn), (arg), (options), #fn, WEFT_HERE)

weft_task *weft_create_task_at(weft_fn fn, void *arg,
                               const weft_task_options *options,
                               const char *name, const char *site);

/*
 * weft_sleep(seconds) suspends the task for that long, never shorter;
 * weft_sleep(0) lets the others run once. Returns 0.
 * Errors: WEFT_EINVAL for a negative delay or NaN; WEFT_ERANGE beyond the
 * clock's range (292 years); WEFT_ENOMEM. Suspends. Source: asyncio.sleep.
 */
int weft_sleep(double seconds);

/* weft_sleep_result(seconds, result): weft_sleep that returns result. */
int weft_sleep_result(double seconds, int result);

/*
 * weft_uncancel(task) takes one request to cancel back and returns how many
 * are left; at 0 one that was not delivered yet is revoked.
 * weft_cancelling(task) returns how many there are. Never suspend.
 * Errors: WEFT_ESTALE; WEFT_EINVAL for NULL and for what is not a task.
 * Source: Task.uncancel, Task.cancelling.
 */
int weft_uncancel(weft_task *task);
int weft_cancelling(weft_task *task);

/*
 * weft_current_task() is the task that runs, a handle not to be released, or
 * NULL outside a task. Never suspends. Source: asyncio.current_task.
 */
weft_task *weft_current_task(void);

/*
 * weft_all_tasks(tasks, size) puts the tasks that have not ended into the
 * array, in order of creation, at most size of them, and returns how many
 * there are. The handles are not to be released; they go stale when the task
 * has ended and its owner has released it. Never suspends.
 * Source: asyncio.all_tasks.
 */
size_t weft_all_tasks(weft_task **tasks, size_t size);

/*
 * weft_task_name(task): its name, or NULL for what is not a task.
 * weft_task_set_name(task, name): name must outlive the task. Returns 0.
 * Errors: WEFT_ESTALE; WEFT_EINVAL. Never suspend.
 * Source: Task.get_name, Task.set_name.
 */
const char *weft_task_name(weft_task *task);
int weft_task_set_name(weft_task *task, const char *name);

/*
 * weft_cleanup_push(fn, arg) has fn(arg) called when the current task has
 * ended, in whatever way: returned, cancelled, trapped, or forgotten in a
 * deadlock. The last pushed is called first; then comes the cleanup of the
 * task's options. They run outside the task and cannot suspend.
 * weft_cleanup_pop(run) takes back the one pushed last and, if run, calls it.
 * Errors: WEFT_ENOTRUNNING; WEFT_ENOMEM; pop: WEFT_EINVAL when there is none,
 * or when a timeout scope or group that was opened after it is still open.
 * Never suspend. Source: pthread_cleanup_push, contextlib.ExitStack.
 */
int weft_cleanup_push(void (*fn)(void *arg), void *arg);
int weft_cleanup_pop(bool run);

#ifdef __cplusplus
}
#endif
#endif
