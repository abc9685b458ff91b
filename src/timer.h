/*
 * Timers: a 4-ary heap ordered by (deadline, insertion), in one array.
 *
 * A timer knows its place in the heap, so it is removed in O(log n) and holds
 * nothing afterwards. The array grows geometrically and is freed at the end of
 * the run. It stands in memory so that the four children of an entry are in one
 * line of the cache.
 */
#ifndef WEFT_SRC_TIMER_H
#define WEFT_SRC_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct weft__timer {
  size_t place; /* index in the heap, plus 1; 0: not armed */
  void (*fire)(struct weft__timer *timer);
} weft__timer;

typedef struct weft__timer_entry {
  int64_t when;
  uint32_t order; /* wraps: right for the latest 2^31 that were armed */
  weft__timer *timer;
} weft__timer_entry;

typedef struct weft__timers {
  weft__timer_entry *heap; /* heap[0..count-1] */
  void *block;             /* of memory, in which the heap stands */
  size_t count, capacity;
  uint32_t order;
} weft__timers;

/*
 * weft__timer_arm makes fire(timer) be called at `when` (nanoseconds of the
 * loop's clock). An armed timer is moved. Errors: WEFT_ENOMEM.
 */
int weft__timer_arm(weft__timers *timers, weft__timer *timer, int64_t when);
void weft__timer_disarm(weft__timers *timers, weft__timer *timer);

/* The first to be due, or NULL. */
static inline weft__timer *weft__timer_first(const weft__timers *timers) {
  return timers->count ? timers->heap[0].timer : NULL;
}

/* The next deadline, INT64_MAX when there is none. */
static inline int64_t weft__timer_next(const weft__timers *timers) {
  return timers->count ? timers->heap[0].when : INT64_MAX;
}

/* Disarms and fires, in order, each timer due at `now`. */
void weft__timer_fire_due(weft__timers *timers, int64_t now);

/* Frees the heap; timers that were armed are forgotten. */
void weft__timers_free(weft__timers *timers);

#endif
