#include "future.h"

#include "error.h"
#include "pool.h"
#include "task.h"

#include <stdlib.h>

static weft__pool futures, tasks; /* records of either size */

static weft__pool *pool_of(const weft__future *future) {
  return future->is_task ? &tasks : &futures;
}

static size_t record_size(size_t size) {
  return (size + WEFT__GENERATIONS - 1) & ~(size_t)(WEFT__GENERATIONS - 1);
}

/* A record of the pool, its generation kept from its last use. */
static weft__future *record_new(weft__pool *pool, size_t size) {
  if (!pool->size) {
    weft__pool_init(pool, record_size(size), WEFT__GENERATIONS,
                    offsetof(weft__future, callbacks));
  }
  bool fresh;
  weft__future *future = weft__pool_get(pool, &fresh);
  if (future && fresh) future->generation = 0;
  return future;
}

static bool cancel_plain(weft__future *future) {
  weft__complete(future, WEFT_ECANCELED);
  return true;
}

static void init(weft__future *future, bool is_task) {
  weft__list_init(&future->callbacks);
  future->state = WEFT__PENDING;
  future->is_task = is_task;
  future->taken = false;
  future->result = WEFT_EPENDING;
  future->handles = future->pins = 0;
  future->message = NULL;
  future->cancel = cancel_plain;
  future->owner = NULL;
  future->dropped = NULL;
}

weft__future *weft__future_new(void) {
  weft__future *future = record_new(&futures, sizeof *future);
  if (future) init(future, false);
  return future;
}

weft__future *weft__future_new_task(void) {
  weft__future *future = record_new(&tasks, sizeof(weft__task));
  if (future) init(future, true);
  return future;
}

int weft__lookup_error(weft_future *handle) {
  if (!handle) return weft__fail(WEFT_EINVAL, "the handle is NULL");
  return weft__fail(WEFT_ESTALE,
                    "the handle was released, or its run has ended");
}

void weft__complete(weft__future *future, int result) {
  future->result = result;
  future->state = result == WEFT_ECANCELED ? WEFT__CANCELLED : WEFT__DONE;
  weft__list_splice(&weft__loop.ready, &future->callbacks);
}

int weft__take(weft__future *future) {
  future->taken = true;
  if (future->result < 0 && future->message) {
    weft__fail(future->result, "%s", future->message);
  }
  return future->result;
}

static void report_untaken(weft__future *future) {
  if (future->taken || future->state != WEFT__DONE || future->result >= 0) {
    return;
  }
  weft__task *task = weft__task_of(future);
  const char *text =
      future->message ? future->message : weft_strerror(future->result);
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

static void record_free(weft__future *future) {
  report_untaken(future);
  if (future->dropped) future->dropped(future);
  free(future->message);
  future->state = WEFT__FREE;
  expire(future);
  weft__pool_put(pool_of(future), future);
}

static void free_unless_held(weft__future *future) {
  if (!future->pins && !future->handles) record_free(future);
}

void weft__unpin(weft__future *future) {
  future->pins--;
  free_unless_held(future);
}

weft_future *weft__handle_new(weft__future *future) {
  future->handles++;
  return weft__handle_of(future);
}

int weft_release(weft_future *handle) {
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
  if (weft__done(future)) return 0;
  return future->cancel(future);
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
  future->handles = future->pins = 0;
  record_free(future);
}

void weft__futures_close(void) {
  weft__pool_each(&tasks, close_record);
  weft__pool_each(&futures, close_record);
}
