/*
 * Tasks and what is common to all that can be awaited.
 *
 * A weft_future is a result that will be there later; a weft_task is a future
 * whose result a function computes, as a coroutine of its own. Whatever takes
 * a future takes a task.
 *
 * A handle stays valid until weft_release or until the run ends, which frees
 * what is left. A stale handle answers WEFT_ESTALE. (64 uses later its place
 * may be taken again: don't keep released handles.)
 */
#ifndef WEFT_TASK_H
#define WEFT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <weft/run.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_future weft_future;
typedef weft_future weft_task;

/* Choices for a task; zero means the default throughout. */
typedef struct weft_task_options {
  const char *name;  /* shown in messages; must outlive the task */
  size_t stack_size; /* bytes of C stack, rounded up to a power of two;
                        default WEFT_STACK_SIZE, at least WEFT_STACK_MIN */
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

/* weft_create_task_with(fn, arg, options): the same with options. */
#define weft_create_task_with(fn, arg, options)                                \
  weft_create_task_at((fn), (arg), (options), #fn, WEFT_HERE)

weft_task *weft_create_task_at(weft_fn fn, void *arg,
                               const weft_task_options *options,
                               const char *name, const char *site);

/*
 * weft_release(future) gives the handle back. What it stands for goes on; its
 * error, if nobody took it, is reported on stderr when it ends.
 * Errors: WEFT_ESTALE; WEFT_EINVAL for NULL. Never suspends.
 */
int weft_release(weft_future *future);

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
 * weft_await(future) waits until it is done and returns its result, or the
 * error it failed with. Cancelling the waiting task cancels the future too;
 * use weft_shield to keep it.
 * Errors: the future's; WEFT_ECANCELED when either was cancelled;
 * WEFT_EDEADLK for the current task itself; WEFT_ESTALE; WEFT_EINVAL for NULL.
 * Suspends unless it is done. Source: await, asyncio.Task.
 */
int weft_await(weft_future *future);

/*
 * weft_gather(futures, count, results) waits for all of them. Each result goes
 * to results[i], unless results is NULL. Returns 0, or the first error that
 * happened; the others run on. Cancelling the waiting task cancels them all.
 * Errors: a future's; WEFT_ECANCELED; WEFT_ESTALE; WEFT_EINVAL; WEFT_ENOMEM.
 * Suspends unless all are done. Source: asyncio.gather.
 */
int weft_gather(weft_future *const *futures, size_t count, int *results);

/*
 * weft_wait_for(future, seconds) is weft_await with a limit: when the time is
 * over the future is cancelled, its end waited for, and WEFT_ETIMEDOUT
 * returned (or its result, if it swallowed the cancel). WEFT_FOREVER sets no
 * limit; 0 or less takes a result that is there and cancels otherwise.
 * Errors: as weft_await; WEFT_ETIMEDOUT; WEFT_EINVAL for NaN.
 * Suspends. Source: asyncio.wait_for.
 */
int weft_wait_for(weft_future *future, double seconds);

/*
 * weft_cancel(future) asks it to end: the call in which a task waits answers
 * WEFT_ECANCELED; a task that has not started never runs. One request
 * interrupts one suspension. Returns 1, or 0 when it was done already.
 * Errors: WEFT_ESTALE; WEFT_EINVAL for NULL. Never suspends.
 * Source: Task.cancel, Future.cancel.
 */
int weft_cancel(weft_future *future);

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
 * weft_done(future): 1 when it has a result, an error or was cancelled, else 0.
 * weft_cancelled(future): 1 when it ended cancelled, else 0.
 * weft_result(future): its result or error without waiting; WEFT_EPENDING
 * while there is none. Never suspend. Errors: WEFT_ESTALE; WEFT_EINVAL.
 */
int weft_done(weft_future *future);
int weft_cancelled(weft_future *future);
int weft_result(weft_future *future);

/*
 * weft_current_task() is the task that runs, a handle not to be released, or
 * NULL outside a task. Never suspends. Source: asyncio.current_task.
 */
weft_task *weft_current_task(void);

/* weft_task_name(task): its name, or NULL for what is not a task. */
const char *weft_task_name(weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
