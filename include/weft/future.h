/*
 * Futures: what is common to all that can be awaited.
 *
 * A weft_future is a result that will be there later. The program makes its
 * own with weft_future_new; a weft_task (weft/task.h) is a future whose result
 * a function computes, a call (weft/call.h) one that is done when the function
 * has been called. Whatever takes a future takes all of them.
 *
 * A handle stays valid until weft_release or until the run ends, which frees
 * what is left. A stale handle answers WEFT_ESTALE. (After 32 more uses of its
 * place it may look good again: don't keep released handles.)
 */
#ifndef WEFT_FUTURE_H
#define WEFT_FUTURE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_future weft_future;

/*
 * weft_future_new() makes a future without a result. The handle is the
 * caller's, to be released. NULL: out of memory, or outside weft_run
 * (weft_errmsg says which). Never suspends. Source: loop.create_future.
 */
weft_future *weft_future_new(void);

/*
 * weft_future_set_result(future, result) completes it: result is 0 or more.
 * weft_future_set_error(future, code, message) makes it fail with a negative
 * code; message, copied, is what weft_errmsg will tell who takes the error,
 * NULL for what the code says by itself. What waits becomes ready, in the
 * order in which it began to wait. Both return 0 and never suspend.
 * Errors: WEFT_EALREADY when it is done; WEFT_EINVAL for a result of the wrong
 * sign, for WEFT_ECANCELED (use weft_cancel) and WEFT_EPENDING, and for what
 * weft_future_new has not made; WEFT_ESTALE.
 * Source: Future.set_result, Future.set_exception.
 */
int weft_future_set_result(weft_future *future, int result);
int weft_future_set_error(weft_future *future, int code, const char *message);

/*
 * weft_future_add_done_callback(future, fn, arg) calls fn(future, arg) once
 * the future is done, from the loop, in the order of adding; when it is done
 * already, in the next pass. The callback runs outside any task and cannot
 * suspend. Returns 0.
 * weft_future_remove_done_callback(future, fn, arg) removes every callback
 * with both; returns how many.
 * Errors: WEFT_ESTALE; WEFT_EINVAL; WEFT_ENOMEM. Never suspend.
 * Source: Future.add_done_callback, Future.remove_done_callback.
 */
typedef void (*weft_done_fn)(weft_future *future, void *arg);
int weft_future_add_done_callback(weft_future *future, weft_done_fn fn,
                                  void *arg);
int weft_future_remove_done_callback(weft_future *future, weft_done_fn fn,
                                     void *arg);

/*
 * weft_release(future) gives the handle back. What it stands for goes on; its
 * error, if nobody took it, is reported on stderr when it ends.
 * Errors: WEFT_ESTALE; WEFT_EINVAL for NULL. Never suspends.
 */
int weft_release(weft_future *future);

/*
 * weft_cancel(future) asks it to end: the call in which a task waits answers
 * WEFT_ECANCELED; a task that has not started never runs. One request
 * interrupts one suspension. Returns 1, or 0 when it was done already, or is a
 * call that is just being made.
 * weft_cancel_with(future, reason) also says why: weft_errmsg(WEFT_ECANCELED)
 * tells the text, copied, to the task that is cancelled, to those that it
 * waits for, and to who awaits any of them.
 * Errors: WEFT_ESTALE; WEFT_EINVAL for NULL. Never suspend.
 * Source: Task.cancel, Future.cancel.
 */
int weft_cancel(weft_future *future);
int weft_cancel_with(weft_future *future, const char *reason);

/*
 * weft_done(future): 1 when it has a result, an error or was cancelled, else 0.
 * weft_cancelled(future): 1 when it ended cancelled, else 0.
 * weft_result(future): its result or error without waiting; WEFT_EPENDING
 * while there is none. Never suspend. Errors: WEFT_ESTALE; WEFT_EINVAL.
 * Source: Future.done, Future.cancelled, Future.result.
 */
int weft_done(weft_future *future);
int weft_cancelled(weft_future *future);
int weft_result(weft_future *future);

#ifdef __cplusplus
}
#endif
#endif
