/* Waiting for futures: one, all, some, with a limit, protected. */
#ifndef WEFT_WAIT_H
#define WEFT_WAIT_H

#include <stddef.h>
#include <weft/future.h>

#ifdef __cplusplus
extern "C" {
#endif

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
 * weft_await_release(future) is weft_await, then weft_release, whatever became
 * of the future or of the wait; one that cannot be waited for (WEFT_EDEADLK,
 * WEFT_ENOTRUNNING) is not released. For a future that only one waits for:
 * weft_await_release(weft_create_task(fn, arg)).
 */
int weft_await_release(weft_future *future);

/*
 * weft_gather(futures, count, results) waits for all of them. Each result goes
 * to results[i], unless results is NULL; WEFT_EPENDING for what is not done.
 * Returns 0, or the first error that happened; the others run on, and their
 * errors count as taken. Cancelling the waiting task cancels them all.
 * Errors: a future's; WEFT_ECANCELED; WEFT_EDEADLK for the current task among
 * them; WEFT_ESTALE; WEFT_EINVAL; WEFT_ENOMEM.
 * Suspends unless all are done. Source: asyncio.gather.
 */
int weft_gather(weft_future *const *futures, size_t count, int *results);

/*
 * weft_gather_return_errors(futures, count, results) waits until every one is
 * done, failed and cancelled ones too: results[i] is then a result or an
 * error. Returns 0; an error only when it could not wait to the end.
 * Errors: as weft_gather, without the futures'.
 * Suspends unless all are done. Source: asyncio.gather, return_exceptions.
 */
int weft_gather_return_errors(weft_future *const *futures, size_t count,
                              int *results);

/* What weft_wait waits for. */
typedef enum weft_wait_until {
  WEFT_FIRST_COMPLETED, /* any is done */
  WEFT_FIRST_EXCEPTION, /* any has failed (not: was cancelled), or all done */
  WEFT_ALL_COMPLETED,   /* all are done */
} weft_wait_until;

/*
 * weft_wait(futures, count, until, seconds) waits for that, at most so long
 * (WEFT_FOREVER: no limit), and returns how many of them are done; weft_done
 * says which. Neither the end of the time nor a cancel of the waiting task
 * cancels any of them, and errors are still there to be taken.
 * Errors: WEFT_ECANCELED; WEFT_EDEADLK for the current task among them;
 * WEFT_EINVAL for none at all or NaN; WEFT_ERANGE for a limit beyond the
 * clock's range; WEFT_ESTALE; WEFT_ENOMEM. Suspends.
 * Source: asyncio.wait.
 */
int weft_wait(weft_future *const *futures, size_t count, weft_wait_until until,
              double seconds);

/*
 * weft_wait_for(future, seconds) is weft_await with a limit: when the time is
 * over the future is cancelled, its end waited for, and WEFT_ETIMEDOUT
 * returned (or its result, if it swallowed the cancel). WEFT_FOREVER sets no
 * limit; 0 or less takes a result that is there and cancels otherwise.
 * Errors: as weft_await; WEFT_ETIMEDOUT; WEFT_EINVAL for NaN; WEFT_ERANGE for a
 * limit beyond the clock's range; WEFT_ENOMEM.
 * Suspends unless it is done. Source: asyncio.wait_for.
 */
int weft_wait_for(weft_future *future, double seconds);

/*
 * weft_shield(future) gives a second future that is done when the first is,
 * with its result or error, and that can be cancelled without cancelling the
 * first: weft_await_release(weft_shield(task)) waits for the task, and a
 * cancel of the waiting task leaves it running. The handle is the caller's.
 * NULL: stale handle, out of memory or outside weft_run (weft_errmsg says).
 * Never suspends. Source: asyncio.shield.
 */
weft_future *weft_shield(weft_future *future);

/*
 * Futures in the order in which they complete:
 *
 *   weft_as_completed next;
 *   int rc = weft_as_completed_begin(&next, futures, count, 10.0);
 *   for (weft_future *f; (rc = weft_as_completed_next(&next, &f)) > 0;)
 *     use(weft_result(f));
 *   weft_as_completed_end(&next);
 *
 * The structure lives in the caller's frame; its field is weft's own.
 */
typedef struct weft_as_completed {
  void *private_;
} weft_as_completed;

/*
 * weft_as_completed_begin(next, futures, count, seconds) begins to watch them;
 * the limit (WEFT_FOREVER: none) counts from here. Returns 0.
 * A future that is there twice is given twice.
 * Errors: WEFT_ENOTRUNNING; WEFT_EDEADLK for the current task among them;
 * WEFT_ESTALE; WEFT_EINVAL; WEFT_ERANGE; WEFT_ENOMEM. Never suspends.
 * Source: asyncio.as_completed.
 */
int weft_as_completed_begin(weft_as_completed *next,
                            weft_future *const *futures, size_t count,
                            double seconds);

/*
 * weft_as_completed_next(next, future) puts the next one that is done there
 * and returns 1, or 0 when there was each of them. The handle is the one given
 * at the beginning.
 * Errors: WEFT_ETIMEDOUT for each that was not done when the time was over;
 * WEFT_ECANCELED; then what is left can still be asked for; WEFT_EINVAL before
 * the beginning, or while another task is in it. Suspends unless one is there.
 */
int weft_as_completed_next(weft_as_completed *next, weft_future **future);

/* weft_as_completed_end(next) frees it; the futures go on. Never suspends. */
void weft_as_completed_end(weft_as_completed *next);

#ifdef __cplusplus
}
#endif
#endif
