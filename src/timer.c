#include "timer.h"

#include <stdlib.h>
#include <string.h>
#include <weft/error.h>

enum { ARITY = 4, FIRST_CAPACITY = 64, LINE = 64 };

static bool before(const weft__timer_entry *a, const weft__timer_entry *b) {
  if (a->when != b->when) return a->when < b->when;
  return (int32_t)(a->order - b->order) < 0;
}

static void put(weft__timers *timers, size_t at, weft__timer_entry entry) {
  timers->heap[at] = entry;
  entry.timer->place = at + 1;
}

static size_t parent_of(size_t at) { return (at - 1) / ARITY; }

static void sift_up(weft__timers *timers, size_t at, weft__timer_entry entry) {
  while (at > 0 && before(&entry, &timers->heap[parent_of(at)])) {
    put(timers, at, timers->heap[parent_of(at)]);
    at = parent_of(at);
  }
  put(timers, at, entry);
}

static void sift_down(weft__timers *timers, size_t at,
                      weft__timer_entry entry) {
  for (;;) {
    size_t first = ARITY * at + 1, least = first;
    if (first >= timers->count) break;
    for (size_t c = first + 1; c < first + ARITY && c < timers->count; c++) {
      if (before(&timers->heap[c], &timers->heap[least])) least = c;
    }
    if (!before(&timers->heap[least], &entry)) break;
    put(timers, at, timers->heap[least]);
    at = least;
  }
  put(timers, at, entry);
}

/* Makes room for one more. The first children begin a line, and so do all. */
static int reserve(weft__timers *timers) {
  if (timers->count < timers->capacity) return 0;
  size_t capacity = timers->capacity ? timers->capacity * 2 : FIRST_CAPACITY;
  size_t entry = sizeof *timers->heap;
  void *block = malloc((capacity + ARITY - 1) * entry + LINE - 1);
  if (!block) return WEFT_ENOMEM;
  uintptr_t line = ((uintptr_t)block + LINE - 1) & ~(uintptr_t)(LINE - 1);
  weft__timer_entry *heap = (weft__timer_entry *)line + ARITY - 1;
  if (timers->count) memcpy(heap, timers->heap, timers->count * entry);
  free(timers->block);
  timers->block = block;
  timers->heap = heap;
  timers->capacity = capacity;
  return 0;
}

int weft__timer_arm(weft__timers *timers, weft__timer *timer, int64_t when) {
  weft__timer_disarm(timers, timer);
  int rc = reserve(timers);
  if (rc < 0) return rc;
  weft__timer_entry entry = {when, timers->order++, timer};
  sift_up(timers, timers->count++, entry);
  return 0;
}

void weft__timer_disarm(weft__timers *timers, weft__timer *timer) {
  if (!timer->place) return;
  size_t at = timer->place - 1;
  timer->place = 0;
  weft__timer_entry last = timers->heap[--timers->count];
  if (last.timer == timer) return;
  if (at > 0 && before(&last, &timers->heap[parent_of(at)])) {
    sift_up(timers, at, last);
  } else {
    sift_down(timers, at, last);
  }
}

void weft__timer_fire_due(weft__timers *timers, int64_t now) {
  while (timers->count && timers->heap[0].when <= now) {
    weft__timer *timer = weft__timer_first(timers);
    weft__timer_disarm(timers, timer);
    timer->fire(timer);
  }
}

void weft__timers_free(weft__timers *timers) {
  free(timers->block);
  *timers = (weft__timers){0};
}
