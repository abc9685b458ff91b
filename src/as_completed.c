/* weft_as_completed, after CPython's _AsCompletedIterator. */
#include "error.h"
#include "waiter.h"

#include <math.h>
#include <stdlib.h>

typedef struct watched {
  weft__handle handle; /* in the future's callbacks, then in `done` */
  weft__future *future;
  weft_future *given; /* the handle that the program knows it by */
  struct iterator *iterator;
  bool completed;
} watched;

typedef struct iterator {
  weft__list done; /* of watched: completed, not yet asked for */
  weft__alarm alarm;
  weft__waiter *waiter; /* of the weft_as_completed_next under way */
  size_t count;
  size_t todo; /* not completed */
  size_t left; /* not yet asked for */
  watched watched[];
} iterator;

static void wake(iterator *it) {
  if (it->waiter) weft__waiter_release(it->waiter);
}

static void on_completion(weft__handle *handle) {
  watched *one = weft__container(handle, watched, handle);
  iterator *it = one->iterator;
  one->completed = true;
  weft__list_append(&it->done, &handle->node);
  if (--it->todo == 0) weft__alarm_clear(&it->alarm);
  wake(it);
}

static void on_time(weft__handle *handle) {
  iterator *it = weft__container(handle, iterator, alarm.handle);
  for (size_t i = 0; i < it->count; i++) {
    watched *one = &it->watched[i];
    if (!one->completed) weft__list_remove(&one->handle.node);
  }
  it->todo = 0;
  wake(it);
}

int weft_as_completed_begin(weft_as_completed *next,
                            weft_future *const *futures, size_t count,
                            double seconds) {
  next->private_ = NULL;
  int rc = weft__check_futures(futures, count);
  if (rc < 0) return rc;
  iterator *it = malloc(sizeof *it + count * sizeof *it->watched);
  if (!it) return weft__fail(WEFT_ENOMEM, "no memory for %z futures", count);
  it->count = it->todo = it->left = count;
  it->waiter = NULL;
  weft__list_init(&it->done);
  weft__alarm_init(&it->alarm, on_time);
  rc = weft__alarm_set_after(&it->alarm, count ? seconds : INFINITY);
  if (rc < 0) {
    free(it);
    return rc;
  }
  for (size_t i = 0; i < count; i++) {
    watched *one = &it->watched[i];
    *one = (watched){.handle.run = on_completion,
                     .future = weft__lookup(futures[i]),
                     .given = futures[i],
                     .iterator = it};
    weft__pin(one->future);
    weft__when_done(one->future, &one->handle);
  }
  next->private_ = it;
  return 0;
}

/* Waits until one is there or the time is over. */
static int wait_for_one(iterator *it) {
  weft__waiter waiter;
  weft__waiter_init(&waiter, "weft_as_completed_next", NULL);
  it->waiter = &waiter;
  int rc = weft__waiter_suspend(&waiter);
  it->waiter = NULL;
  return rc;
}

int weft_as_completed_next(weft_as_completed *next, weft_future **future) {
  iterator *it = next->private_;
  if (!it) return weft__fail(WEFT_EINVAL, "the iteration has not begun");
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (it->waiter) {
    return weft__fail(WEFT_EINVAL, "two tasks in one weft_as_completed_next");
  }
  if (!it->left) return 0;
  if (weft__list_empty(&it->done) && it->todo) {
    int rc = wait_for_one(it);
    if (rc < 0) return rc;
  }
  it->left--;
  weft__node *node = weft__list_pop(&it->done);
  if (!node) return WEFT_ETIMEDOUT;
  *future = weft__container(node, watched, handle.node)->given;
  return 1;
}

void weft_as_completed_end(weft_as_completed *next) {
  iterator *it = next->private_;
  if (!it) return;
  next->private_ = NULL;
  weft__alarm_clear(&it->alarm);
  for (size_t i = 0; i < it->count; i++) {
    weft__list_remove(&it->watched[i].handle.node);
    weft__unpin(it->watched[i].future);
  }
  free(it);
}
