#include "future.h"

#include "error.h"
#include "hooks.h"
#include "pool.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

/* By size, in units. */
static weft__pool pools[WEFT__RECORD_MAX / WEFT__RECORD_UNIT];

static const char *reason; /* of the weft_cancel_with under way */

bool weft__cancel_plain(weft__future *future) {
  weft__note_reason(future);
  weft__complete(future, WEFT_ECANCELED);
  return true;
}

weft__noinline static weft__future *first_use(weft__pool *pool, size_t units) {
  if (!pool->size) {
    weft__pool_init(pool, units * WEFT__RECORD_UNIT, WEFT__GENERATIONS,
                    offsetof(weft__future, callbacks));
  }
  weft__future *future = weft__pool_carve(pool);
  if (future) future->generation = 0;
  return future;
}

weft__future *weft__future_make(size_t size) {
  size_t units = (size + WEFT__RECORD_UNIT - 1) / WEFT__RECORD_UNIT;
  weft__pool *pool = &pools[units - 1];
  weft__future *future = weft__pool_reuse(pool); /* with its generation */
  if (!future) future = first_use(pool, units);
  if (!future) return NULL;
  weft__list_init(&future->callbacks);
  future->state = WEFT__PENDING;
  future->units = (uint8_t)units;
  future->is_task = future->taken = false;
  future->result = WEFT_EPENDING;
  future->handles = future->pins = 0;
  future->message = NULL;
  future->cancel = weft__cancel_plain;
  future->owner = NULL;
  future->dropped = NULL;
  return future;
}

weft__future *weft__future_new(void) {
  return weft__future_make(sizeof(weft__future));
}

weft__future *weft__future_make_for(size_t size, const char *what) {
  if (weft__loop.phase == WEFT__IDLE) {
    weft__fail(WEFT_ENOTRUNNING, "%s was called outside weft_run", what);
    return NULL;
  }
  weft__future *future = weft__future_make(size);
  if (!future) weft__fail(WEFT_ENOMEM, "%s: no memory", what);
  return future;
}

int weft__lookup_error(weft_future *handle) {
  if (!handle) return weft__fail(WEFT_EINVAL, "the handle is NULL");
  return weft__fail(WEFT_ESTALE,
                    "the handle was released, or its run has ended");
}

weft__noinline static int waits_for_itself(const weft__task *task) {
  return weft__fail(WEFT_EDEADLK, "task '%s' waits for itself", task->name);
}

int weft__check_future(weft_future *handle) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  return future == &task->future ? waits_for_itself(task) : 0;
}

int weft__check_futures(weft_future *const *futures, size_t count) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  for (size_t i = 0; i < count; i++) {
    int rc = weft__check_future(futures[i]);
    if (rc < 0) return rc;
  }
  return 0;
}

void weft__complete(weft__future *future, int result) {
  future->result = result;
  future->state = result == WEFT_ECANCELED ? WEFT__CANCELLED : WEFT__DONE;
  weft__list_splice(&weft__loop.ready, &future->callbacks);
}

void weft__set_message(weft__future *future, int code, const char *text) {
  free(future->message);
  future->message = text ? strdup(text) : NULL;
  future->message_code = code;
}

static void forget_reason(weft__future *future) {
  if (future->message && future->message_code == WEFT_ECANCELED) {
    weft__set_message(future, 0, NULL);
  }
}

/* The message that goes with its error becomes the current task's. */
weft__noinline static void take_message(weft__future *future) {
  if (weft__has_message(future)) {
    weft__fail(future->result, "%s", future->message);
  } else if (future->result == WEFT_ECANCELED) {
    weft__fail(WEFT_ECANCELED, ""); /* not the reason of a cancel before this */
  }
}

int weft__take(weft__future *future) {
  future->taken = true;
  if (future->result < 0) take_message(future);
  return future->result;
}

void weft__complete_as(weft__future *future, weft__future *other) {
  other->taken = true;
  if (weft__has_message(other)) {
    weft__set_message(future, other->result, other->message);
  }
  weft__complete(future, other->result);
}

void weft__note_reason(weft__future *future) {
  weft__last_code = 0;
  if (reason) {
    weft__set_message(future, WEFT_ECANCELED, reason);
  } else {
    forget_reason(future); /* of an earlier cancel */
  }
}

bool weft__cancel_late(weft__task *task) {
  weft__future *future = &task->future;
  const char *outer = reason;
  char *own = NULL; /* a copy: what is cancelled may lead back to the task */
  if (future->message && future->message_code == WEFT_ECANCELED) {
    own = strdup(future->message);
  }
  reason = own;
  weft__last_code = 0;
  bool cancelled = task->wait->cancel(task);
  reason = outer;
  free(own);
  return cancelled;
}

/* The words, in programs that carry them (strerror.c). */
__attribute__((weak)) const char *weft_strerror(int code);

static const char *text_of(const weft__future *future) {
  if (weft__has_message(future)) return future->message;
  return weft_strerror ? weft_strerror(future->result) : "see weft/error.h";
}

weft__noinline static void report_untaken(weft__future *future) {
  weft__task *task = weft__task_of(future);
  const char *text = text_of(future);
  if (future->is_task) {
    weft__report("task '%s' created at %s failed and nobody took its error: "
                 "%s: %s",
                 task->name, task->site, weft_error_name(future->result), text);
  } else {
    weft__report("a future failed and nobody took its error: %s: %s",
                 weft_error_name(future->result), text);
  }
}

static void expire(weft__future *future) {
  future->generation = (future->generation + 1) % WEFT__GENERATIONS;
}

static void weft__future_free(weft__future *future) {
  if (future->result < 0 && !future->taken && future->state == WEFT__DONE) {
    report_untaken(future);
  }
  if (future->dropped) future->dropped(future);
  if (future->message) free(future->message); /* a call less: mostly NULL */
  future->state = WEFT__FREE;
  expire(future);
  weft__pool_put(&pools[future->units - 1], future);
}

static void free_unless_held(weft__future *future) {
  if (!future->pins && !future->handles) weft__future_free(future);
}

void weft__unpin(weft__future *future) {
  future->pins--;
  free_unless_held(future);
}

weft_future *weft__handle_new(weft__future *future) {
  future->handles++;
  return weft__handle_of(future);
}

weft__noinline int weft_release(weft_future *handle) {
  weft__future *future = weft__lookup(handle);
  if (!future || !future->handles) return weft__lookup_error(handle);
  if (--future->handles == 0) {
    expire(future);
    free_unless_held(future);
  }
  return 0;
}

int weft_cancel(weft_future *handle) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  return weft__cancel(future);
}

int weft_cancel_with(weft_future *handle, const char *text) {
  reason = text;
  int rc = weft_cancel(handle);
  reason = NULL;
  return rc;
}

int weft_done(weft_future *handle) {
  weft__future *future = weft__lookup(handle);
  return future ? weft__done(future) : weft__lookup_error(handle);
}

int weft_cancelled(weft_future *handle) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  return future->state == WEFT__CANCELLED;
}

int weft_result(weft_future *handle) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  return weft__done(future) ? weft__take(future) : WEFT_EPENDING;
}

static void close_record(void *place) {
  weft__future *future = place;
  if (future->state == WEFT__FREE) return;
  if (weft__loop.hooks && future->is_task && future->handles) {
    weft__loop.hooks->kept(weft__task_of(future));
  }
  future->handles = future->pins = 0;
  weft__future_free(future);
}

void weft__futures_close(void) {
  for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
    if (pools[i].size) weft__pool_each(&pools[i], close_record);
  }
}
