#include "timer.h"

#include <stdlib.h>
#include <weft/error.h>

enum { ARITY = 4, FIRST_CAPACITY = 64 };

static bool before(const weft__timer_entry *a, const weft__timer_entry *b) {
  return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static void put(weft__timers *timers, size_t place, weft__timer_entry entry) {
  timers->heap[place] = entry;
  entry.timer->place = place;
}

/* The 1-based heap: children of i are ARITY*(i-1)+2 .. ARITY*(i-1)+1+ARITY. */
static void sift_up(weft__timers *timers, size_t place,
                    weft__timer_entry entry) {
  while (place > 1) {
    size_t parent = (place - 2) / ARITY + 1;
    if (!before(&entry, &timers->heap[parent])) break;
    put(timers, place, timers->heap[parent]);
    place = parent;
  }
  put(timers, place, entry);
}

static void sift_down(weft__timers *timers, size_t place,
                      weft__timer_entry entry) {
  for (;;) {
    size_t first = ARITY * (place - 1) + 2, least = first;
    if (first > timers->count) break;
    for (size_t c = first + 1; c < first + ARITY && c <= timers->count; c++) {
      if (before(&timers->heap[c], &timers->heap[least])) least = c;
    }
    if (!before(&timers->heap[least], &entry)) break;
    put(timers, place, timers->heap[least]);
    place = least;
  }
  put(timers, place, entry);
}

static int reserve(weft__timers *timers) {
  if (timers->count + 1 < timers->capacity) return 0;
  size_t capacity = timers->capacity ? timers->capacity * 2 : FIRST_CAPACITY;
  weft__timer_entry *heap =
      realloc(timers->heap, capacity * sizeof *timers->heap);
  if (!heap) return WEFT_ENOMEM;
  timers->heap = heap;
  timers->capacity = capacity;
  return 0;
}

int weft__timer_arm(weft__timers *timers, weft__timer *timer, int64_t when) {
  weft__timer_disarm(timers, timer);
  int rc = reserve(timers);
  if (rc < 0) return rc;
  weft__timer_entry entry = {when, timers->order++, timer};
  sift_up(timers, ++timers->count, entry);
  return 0;
}

void weft__timer_disarm(weft__timers *timers, weft__timer *timer) {
  size_t place = timer->place;
  if (!place) return;
  timer->place = 0;
  weft__timer_entry last = timers->heap[timers->count--];
  if (last.timer == timer) return;
  if (place > 1 && before(&last, &timers->heap[(place - 2) / ARITY + 1])) {
    sift_up(timers, place, last);
  } else {
    sift_down(timers, place, last);
  }
}

void weft__timer_fire_due(weft__timers *timers, int64_t now) {
  while (timers->count && timers->heap[1].when <= now) {
    weft__timer *timer = timers->heap[1].timer;
    weft__timer_disarm(timers, timer);
    timer->fire(timer);
  }
}

void weft__timers_free(weft__timers *timers) {
  free(timers->heap);
  *timers = (weft__timers){0};
}
