/* weft_await and weft_wait_for. */
#include "error.h"
#include "waiter.h"

#include <math.h>
#include <weft/timeout.h>

static int await(weft__future *future, const char *what) {
  weft__pin(future);
  int rc = weft__wait_on(future, what);
  /* One that was cancelled tells why, also if the waiting task was after it. */
  if (rc >= 0 || future->state == WEFT__CANCELLED) rc = weft__take(future);
  weft__unpin(future);
  return rc;
}

int weft_await(weft_future *handle) {
  int rc = weft__check_futures(&handle, 1);
  return rc < 0 ? rc : await(weft__lookup(handle), "weft_await");
}

int weft_await_release(weft_future *handle) {
  int rc = weft__check_futures(&handle, 1);
  if (rc < 0) return rc;
  rc = await(weft__lookup(handle), "weft_await");
  weft_release(handle);
  return rc;
}

typedef struct ending {
  weft__waiter waiter;
  weft__handle handle; /* among the future's callbacks */
} ending;

static void on_end(weft__handle *handle) {
  weft__waiter_release(&weft__container(handle, ending, handle)->waiter);
}

/* Cancels the future and waits for its end; the wait itself can be cancelled. */
static int cancel_and_wait(weft__future *future) {
  ending e = {.handle.run = on_end};
  weft__waiter_init(&e.waiter, "weft_wait_for", future);
  weft__node_init(&e.handle.node);
  weft__when_done(future, &e.handle);
  weft__pin(future);
  weft__cancel(future);
  int rc = weft__waiter_suspend(&e.waiter);
  weft__list_remove(&e.handle.node);
  if (rc >= 0) {
    rc = weft__take(future);
    if (rc == WEFT_ECANCELED) rc = WEFT_ETIMEDOUT;
  }
  weft__unpin(future);
  return rc;
}

int weft_wait_for(weft_future *handle, double seconds) {
  int rc = weft__check_futures(&handle, 1);
  if (rc < 0) return rc;
  weft__future *future = weft__lookup(handle);
  if (seconds <= 0) {
    return weft__done(future) ? weft__take(future) : cancel_and_wait(future);
  }
  weft_timeout scope;
  rc = weft_timeout_begin(&scope, seconds);
  if (rc < 0) return rc;
  return weft_timeout_end(&scope, await(future, "weft_wait_for"));
}
