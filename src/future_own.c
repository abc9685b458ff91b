/* Futures that the program makes and completes itself. */
#include "error.h"
#include "task.h"

weft_future *weft_future_new(void) {
  weft__future *future =
      weft__future_make_for(sizeof(weft__future), "weft_future_new");
  return future ? weft__handle_new(future) : NULL;
}

/* The program may complete a future that is cancelled by completing it. */
static int complete(weft_future *handle, int result, const char *message) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  if (future->is_task || future->cancel != weft__cancel_plain) {
    return weft__fail(WEFT_EINVAL,
                      "only a future of weft_future_new can be completed");
  }
  if (weft__done(future)) {
    return weft__fail(WEFT_EALREADY, "the future is done");
  }
  if (message) weft__set_message(future, result, message);
  weft__complete(future, result);
  return 0;
}

int weft_future_set_result(weft_future *future, int result) {
  if (result < 0) {
    return weft__fail(WEFT_EINVAL, "a result is 0 or more; for an error there "
                                   "is weft_future_set_error");
  }
  return complete(future, result, NULL);
}

int weft_future_set_error(weft_future *future, int code, const char *message) {
  if (code >= 0 || code == WEFT_ECANCELED || code == WEFT_EPENDING) {
    return weft__fail(WEFT_EINVAL, "%d is no error that a future can fail with",
                      code);
  }
  return complete(future, code, message);
}
