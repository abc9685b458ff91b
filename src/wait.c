/* weft_wait, after CPython's asyncio.wait. */
#include "cleanup.h"
#include "error.h"
#include "tree.h"
#include "waiter.h"

#include <math.h>
#include <stdlib.h>

typedef struct waiting {
  weft__waiter waiter;
  weft__alarm alarm;
  weft_wait_until until;
  size_t left;
  struct watched *watched;
  size_t count;
  weft__cleanup cleanup; /* of a task that ends while it waits: a deadlock */
} waiting;

typedef struct watched {
  weft__handle handle;
  weft__future *future;
  waiting *waiting;
} watched;

static void on_time(weft__handle *handle) {
  waiting *w = weft__container(handle, waiting, alarm.handle);
  weft__waiter_release(&w->waiter);
}

static bool failed(const weft__future *future) {
  return future->state == WEFT__DONE && future->result < 0;
}

static void on_completion(weft__handle *handle) {
  watched *one = weft__container(handle, watched, handle);
  waiting *w = one->waiting;
  w->left--;
  if (w->left == 0 || w->until == WEFT_FIRST_COMPLETED ||
      (w->until == WEFT_FIRST_EXCEPTION && failed(one->future))) {
    weft__alarm_clear(&w->alarm);
    weft__waiter_release(&w->waiter);
  }
}

static weft__future *nth_watched(const weft__wait *wait, size_t i) {
  const waiting *w = weft__container(wait, waiting, waiter.wait);
  return i < w->count ? w->watched[i].future : NULL;
}

static const weft__many_kind kind = {nth_watched, "weft_wait"};

static void watch(waiting *w, weft_future *const *futures) {
  for (size_t i = 0; i < w->count; i++) {
    watched *one = &w->watched[i];
    *one = (watched){.handle.run = on_completion,
                     .future = weft__lookup(futures[i]),
                     .waiting = w};
    weft__pin(one->future);
    weft__when_done(one->future, &one->handle);
  }
}

/* Stops watching; how many are done. */
static int unwatch(waiting *w) {
  int done = 0;
  for (size_t i = 0; i < w->count; i++) {
    watched *one = &w->watched[i];
    weft__list_remove(&one->handle.node);
    if (weft__done(one->future)) done++;
    weft__unpin(one->future);
  }
  weft__alarm_clear(&w->alarm);
  free(w->watched);
  return done;
}

static void forget(weft__cleanup *cleanup) {
  unwatch(weft__container(cleanup, waiting, cleanup));
}

int weft_wait(weft_future *const *futures, size_t count, weft_wait_until until,
              double seconds) {
  int rc = weft__check_futures(futures, count);
  if (rc < 0) return rc;
  if (!count) return weft__fail(WEFT_EINVAL, "weft_wait for no future at all");
  waiting w = {
      .until = until, .left = count, .count = count, .cleanup.run = forget};
  weft__waiter_init(&w.waiter, kind.what, &weft__many);
  weft__alarm_init(&w.alarm, on_time);
  rc = weft__alarm_set_after(&w.alarm, seconds);
  if (rc < 0) return rc;
  w.watched = malloc(count * sizeof *w.watched);
  if (!w.watched) {
    weft__alarm_clear(&w.alarm);
    return weft__fail(WEFT_ENOMEM, "no memory to wait for %z futures", count);
  }
  watch(&w, futures);
  weft__cleanup_push(weft__loop.current, &w.cleanup);
  rc = weft__waiter_suspend(&w.waiter);
  weft__cleanup_remove(weft__loop.current, &w.cleanup);
  int done = unwatch(&w);
  return rc < 0 ? rc : done;
}
