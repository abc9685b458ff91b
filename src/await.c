/* weft_await and weft_wait_for. */
#include "error.h"
#include "waiter.h"

#include <weft/timeout.h>

/* What a wait, which had that result, gives; the future is unpinned. */
static int outcome(weft__future *future, int rc) {
  /* One that was cancelled tells why, also if the waiting task was after it. */
  if (rc >= 0 || future->state == WEFT__CANCELLED) rc = weft__take(future);
  weft__unpin(future);
  return rc;
}

/*
 * As in queue.c: weft_await does nothing but suspend, in one frame; the rest is
 * done in functions that are not instrumented.
 */
typedef struct awaiting {
  weft__wait wait;
  weft__future *future;
  int result;
} awaiting;

weft__noinline static void resumed(awaiting *a) {
  a->result = outcome(a->future, weft__loop.current->wake);
}

/* Whether the task has to suspend. Then resumed() has the result, else it is
   there already. */
weft__noinline static bool must_wait(weft_future *handle, awaiting *a) {
  a->result = weft__check_future(handle);
  if (a->result < 0) return false;
  a->future = weft__lookup(handle);
  if (weft__done(a->future)) {
    a->result = weft__take(a->future);
    return false;
  }
  weft__pin(a->future);
  weft__wait_begin(&a->wait, a->future, "weft_await");
  if (!weft__run_ahead()) return true;
  resumed(a);
  return false;
}

int weft_await(weft_future *handle) {
  awaiting a;
  if (must_wait(handle, &a)) {
    weft__context_suspend();
    resumed(&a);
  }
  return a.result;
}

int weft_await_release(weft_future *handle) {
  int rc = weft__check_future(handle);
  if (rc < 0) return rc;
  rc = weft_await(handle);
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
  int rc = weft__check_future(handle);
  if (rc < 0) return rc;
  weft__future *future = weft__lookup(handle);
  if (seconds <= 0) {
    return weft__done(future) ? weft__take(future) : cancel_and_wait(future);
  }
  weft_timeout scope;
  rc = weft_timeout_begin(&scope, seconds);
  if (rc < 0) return rc;
  weft__pin(future);
  rc = outcome(future, weft__wait_on(future, "weft_wait_for"));
  return weft_timeout_end(&scope, rc);
}
