/* weft_await and weft_wait_for. */
#include "error.h"
#include "task.h"

#include <math.h>
#include <weft/timeout.h>

static int await(weft__future *future, const char *what) {
  weft__pin(future);
  int rc = weft__wait_on(future, what);
  if (rc >= 0) rc = weft__take(future);
  weft__unpin(future);
  return rc;
}

/* What both check first: the future, in a task other than itself. */
static int check(weft_future *handle, weft__future **future) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  *future = weft__lookup(handle);
  if (!*future) return weft__lookup_error(handle);
  if (*future == &task->future) {
    return weft__fail(WEFT_EDEADLK, "task '%s' waits for itself", task->name);
  }
  return 0;
}

int weft_await(weft_future *handle) {
  weft__future *future;
  int rc = check(handle, &future);
  return rc < 0 ? rc : await(future, "weft_await");
}

/*
 * Cancels the future and waits for its end, whatever that is; a cancel of the
 * waiting task meanwhile is returned.
 */
static int cancel_and_wait(weft__future *future) {
  weft__pin(future);
  future->cancel(future);
  int rc = weft__wait_on(future, "weft_wait_for");
  if (rc >= 0) rc = weft__take(future);
  weft__unpin(future);
  return rc;
}

int weft_wait_for(weft_future *handle, double seconds) {
  weft__future *future;
  int rc = check(handle, &future);
  if (rc < 0) return rc;
  if (seconds <= 0) {
    if (weft__done(future)) return weft__take(future);
    rc = cancel_and_wait(future);
    return rc == WEFT_ECANCELED ? WEFT_ETIMEDOUT : rc;
  }
  weft_timeout scope;
  rc = weft_timeout_begin(&scope, seconds);
  if (rc < 0) return rc;
  return weft_timeout_end(&scope, await(future, "weft_wait_for"));
}
