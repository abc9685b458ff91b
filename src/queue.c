/*
 * weft_queue, after CPython's Lib/asyncio/queues.py, and fair: who is woken is
 * promised an item or a place (queue.h).
 */
#include "queue.h"

#include "error.h"

#include <stdlib.h>

/* For what is called from few places and often: calls cost on V8. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { FIRST_CAPACITY = 8 };

static inline bool can_get(const weft_queue *queue) {
  return queue->count > queue->promised_items;
}

static inline bool can_put(const weft_queue *queue) {
  return !queue->maxsize ||
         queue->count + queue->promised_places < queue->maxsize;
}

/* ---- promises */

ALWAYS_INLINE void promise(weft_waiters *lot, size_t *promised) {
  weft__unpark(lot, WEFT__GRANTED);
  ++*promised;
}

ALWAYS_INLINE void offer_item(weft_queue *queue) {
  if (!weft__lot_empty(&queue->getters) && can_get(queue)) {
    promise(&queue->getters, &queue->promised_items);
  }
}

ALWAYS_INLINE void offer_place(weft_queue *queue) {
  if (!weft__lot_empty(&queue->putters) && can_put(queue)) {
    promise(&queue->putters, &queue->promised_places);
  }
}

/* ---- the items */

weft__noinline static int grow(weft_queue *queue) {
  if (!queue->item_size) {
    return weft__fail(WEFT_EINVAL, "a queue of items without a size");
  }
  size_t stride = queue->item_size + (queue->compare ? sizeof queue->order : 0);
  size_t old = queue->capacity, capacity = old ? old * 2 : FIRST_CAPACITY;
  char *slots = NULL;
  if (capacity <= SIZE_MAX / 2 / stride) {
    slots = realloc(queue->slots, capacity * stride);
  }
  if (!slots) {
    return weft__fail(WEFT_ENOMEM, "no memory for %z items of a queue",
                      capacity);
  }
  /* The ring's part that had wrapped round goes on after the old end. */
  memcpy(slots + old * stride, slots, queue->first * stride);
  queue->slots = slots;
  queue->stride = stride;
  queue->capacity = capacity;
  return 0;
}

ALWAYS_INLINE int insert(weft_queue *queue, const void *item) {
  if (queue->count == queue->capacity) {
    int rc = grow(queue);
    if (rc < 0) return rc;
  }
  if (queue->compare) {
    weft__heap_push(queue, item);
  } else {
    size_t i = (queue->first + queue->count) & (queue->capacity - 1);
    weft__queue_copy(weft__queue_slot(queue, i), item, queue->item_size);
  }
  queue->count++;
  queue->unfinished++;
  offer_item(queue);
  return 0;
}

ALWAYS_INLINE void take_first(weft_queue *queue, void *item) {
  const char *slot = weft__queue_slot(queue, queue->first);
  weft__queue_copy(item, slot, queue->item_size);
  queue->first = (queue->first + 1) & (queue->capacity - 1);
}

/* The first item that is not promised: those before it move up. */
weft__noinline static void take_behind(weft_queue *queue, void *item) {
  size_t mask = queue->capacity - 1, skip = queue->promised_items;
  size_t i = (queue->first + skip) & mask;
  memcpy(item, weft__queue_slot(queue, i), queue->item_size);
  for (; skip; skip--, i = (i - 1) & mask) {
    memcpy(weft__queue_slot(queue, i), weft__queue_slot(queue, (i - 1) & mask),
           queue->item_size);
  }
  queue->first = (i + 1) & mask;
}

ALWAYS_INLINE void take(weft_queue *queue, void *item, bool promised) {
  if (queue->compare) {
    weft__heap_pop(queue, item);
  } else if (queue->lifo) {
    const char *top = weft__queue_slot(queue, queue->count - 1);
    weft__queue_copy(item, top, queue->item_size);
  } else if (promised || !queue->promised_items) {
    take_first(queue, item);
  } else {
    take_behind(queue, item);
  }
  queue->count--;
  offer_place(queue);
  if (queue->is_shutdown && !queue->count) weft__unpark_all(&queue->getters);
}

ALWAYS_INLINE int try_get(weft_queue *queue, void *item, bool promised) {
  if (can_get(queue)) {
    take(queue, item, promised);
    return 0;
  }
  return queue->is_shutdown && !queue->count ? WEFT_ECLOSED : WEFT_EEMPTY;
}

ALWAYS_INLINE int try_put(weft_queue *queue, const void *item) {
  if (queue->is_shutdown) return WEFT_ECLOSED;
  return can_put(queue) ? insert(queue, item) : WEFT_EFULL;
}

static void finish(weft_queue *queue, size_t items) {
  if (!items) return;
  queue->unfinished -= items;
  if (!queue->unfinished) weft__unpark_all(&queue->joiners);
}

/* ---- waiting */

int weft__queue_put_woken(weft_queue *queue, bool granted, const void *item,
                          int rc) {
  if (granted) queue->promised_places--;
  if (rc >= 0) return try_put(queue, item);
  offer_place(queue);
  return rc;
}

int weft__queue_get_woken(weft_queue *queue, bool granted, void *item, int rc) {
  if (granted) queue->promised_items--;
  if (rc >= 0) return try_get(queue, item, granted);
  offer_item(queue);
  return rc;
}

/*
 * Asyncify makes a function that suspends slow, and each frame of one costs. So
 * put and get do nothing but suspend: short enough to be inlined, they leave no
 * frame of their own. What they do before and after it is done here: PARKED
 * tells that they have to suspend.
 */
enum { PARKED = 1 };

static const weft__wait putting = {"weft_queue_put", weft__park_cancel, NULL};
static const weft__wait getting = {"weft_queue_get", weft__park_cancel, NULL};

ALWAYS_INLINE int park_in(weft_waiters *lot, const weft__wait *wait) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__park_begin(lot, wait);
  return PARKED;
}

/* Hardly ever, who was woken finds nothing and parks again. */
weft__noinline static int put_woken(weft_queue *queue, const void *item) {
  int rc = weft__park_result();
  rc = weft__queue_put_woken(queue, weft__park_granted(), item, rc);
  if (rc != WEFT_EFULL) return rc;
  return park_in(&queue->putters, &putting);
}

weft__noinline static int get_woken(weft_queue *queue, void *item) {
  int rc = weft__park_result();
  rc = weft__queue_get_woken(queue, weft__park_granted(), item, rc);
  if (rc != WEFT_EEMPTY) return rc;
  return park_in(&queue->getters, &getting);
}

weft__noinline static int put_or_park(weft_queue *queue, const void *item) {
  int rc = try_put(queue, item);
  if (rc != WEFT_EFULL) return rc;
  rc = park_in(&queue->putters, &putting);
  return rc == PARKED && weft__run_ahead() ? put_woken(queue, item) : rc;
}

weft__noinline static int get_or_park(weft_queue *queue, void *item) {
  int rc = try_get(queue, item, false);
  if (rc != WEFT_EEMPTY) return rc;
  rc = park_in(&queue->getters, &getting);
  return rc == PARKED && weft__run_ahead() ? get_woken(queue, item) : rc;
}

/* ---- the public functions */

int weft_queue_put_nowait(weft_queue *queue, const void *item) {
  return try_put(queue, item);
}

int weft_queue_get_nowait(weft_queue *queue, void *item) {
  return try_get(queue, item, false);
}

int weft_queue_put(weft_queue *queue, const void *item) {
  int rc = put_or_park(queue, item);
  while (rc == PARKED) {
    weft__context_suspend();
    rc = put_woken(queue, item);
  }
  return rc;
}

int weft_queue_get(weft_queue *queue, void *item) {
  int rc = get_or_park(queue, item);
  while (rc == PARKED) {
    weft__context_suspend();
    rc = get_woken(queue, item);
  }
  return rc;
}

int weft_queue_task_done(weft_queue *queue) {
  if (!queue->unfinished) {
    return weft__fail(WEFT_ERANGE, "task_done was called too many times");
  }
  finish(queue, 1);
  return 0;
}

int weft_queue_join(weft_queue *queue) {
  if (!queue->unfinished) return 0;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  static const weft__wait wait = {"weft_queue_join", weft__park_cancel, NULL};
  return weft__park_in(&queue->joiners, &wait);
}

void weft_queue_shutdown(weft_queue *queue, bool immediate) {
  queue->is_shutdown = true;
  if (immediate) {
    size_t lost = queue->count;
    queue->count = queue->first = 0;
    finish(queue, lost < queue->unfinished ? lost : queue->unfinished);
  }
  weft__unpark_all(&queue->getters);
  weft__unpark_all(&queue->putters);
}

void weft_queue_free(weft_queue *queue) {
  free(queue->slots);
  weft_queue fresh = {.item_size = queue->item_size,
                      .maxsize = queue->maxsize,
                      .compare = queue->compare,
                      .lifo = queue->lifo};
  *queue = fresh;
}
