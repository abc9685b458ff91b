#include "poll.h"

#include "host.h"
#include "lift.h"

#include <stdlib.h>
#include <weft/error.h>

enum {
  FIRST_CAPACITY = 16,
  BUDGET = 200 * 1000, /* without a reason for more, in nanoseconds */
  COST_FACTOR = 4,
};

/* The list as the host takes it, and whose each pollable is. There is always
   room for the clock's pollable behind the last. */
static poll_borrow_pollable_t *pollables;
static weft__watch **watches;
static uint32_t *found; /* the host's answer: places in the list */
static size_t count, capacity;

static int64_t look_cost; /* of the last look, in nanoseconds */
int64_t weft__poll_spent; /* of all, waiting included: tests/bench/poll.c */

/*
 * The clock's pollable. It is kept as long as the deadline is the same, but for
 * one that has passed: a host (wasmtime) that shares its thread with tokio gives
 * that a turn, which sees what sockets have become ready, once for each of them.
 */
static poll_own_pollable_t alarm;
static int64_t alarm_deadline; /* 0: it has passed */

static bool grow(void) {
  size_t wanted = capacity ? capacity * 2 : FIRST_CAPACITY;
  void *p = realloc(pollables, wanted * sizeof *pollables);
  if (p) pollables = p;
  void *w = realloc(watches, wanted * sizeof *watches);
  if (w) watches = w;
  void *f = realloc(found, wanted * sizeof *found);
  if (f) found = f;
  if (!p || !w || !f) return false;
  capacity = wanted;
  return true;
}

int weft__poll_watch(weft__watch *watch, poll_own_pollable_t pollable,
                     weft__handle *handle) {
  if (count + 1 >= capacity && !grow()) return WEFT_ENOMEM;
  pollables[count].__handle = pollable.__handle;
  watches[count++] = watch;
  watch->place = count;
  watch->handle = handle;
  return 0;
}

void weft__poll_unwatch(weft__watch *watch) {
  if (!watch->place) return;
  size_t i = watch->place - 1;
  watch->place = 0;
  count--;
  pollables[i] = pollables[count];
  watches[i] = watches[count];
  if (i != count) watches[i]->place = i + 1;
}

int64_t weft__poll_budget(void) {
  int64_t budget = look_cost * COST_FACTOR;
  return budget > BUDGET ? budget : BUDGET;
}

static poll_borrow_pollable_t alarm_at(int64_t deadline) {
  if (!deadline || deadline != alarm_deadline) {
    if (alarm.__handle) poll_pollable_drop_own(alarm);
    alarm = monotonic_clock_subscribe_instant((uint64_t)deadline);
    alarm_deadline = deadline;
  }
  return poll_borrow_pollable(alarm);
}

/*
 * A host may leave pollables out that are ready when there are many: tokio,
 * below wasmtime, stops after 128 in one call, always the same ones. So after
 * an answer of that length those at the list's start, [0, rest), which were not
 * in it, are asked about in windows that small before the whole list is again.
 * (What was in the answer and is watched anew stands behind them.)
 */
enum { FULL_ANSWER = 100, WINDOW = 128 };
static size_t rest;

/* Asks the host about a part of the list, and the clock; the answer's length. */
static size_t ask(size_t first, size_t length, int64_t deadline) {
  poll_borrow_pollable_t behind = pollables[first + length];
  poll_list_borrow_pollable_t list = {pollables + first, length};
  if (deadline != INT64_MAX) {
    pollables[first + length] = alarm_at(deadline);
    list.len++;
  }
  wasip2_list_u32_t answer;
  weft__lift_to(found, capacity * sizeof *found);
  poll_poll(&list, &answer);
  weft__lift_end();
  pollables[first + length] = behind;
  return answer.len;
}

/* Wakes whom the answer names: two rounds, because taking a watch off the list
   moves others. Returns how many. */
static size_t wake(size_t first, size_t length, size_t answer) {
  size_t woken = 0;
  for (size_t i = 0; i < answer; i++) {
    if (found[i] >= length) continue; /* the clock */
    found[woken++] = (uintptr_t)watches[first + found[i]];
  }
  for (size_t i = 0; i < woken; i++) {
    weft__watch *watch = (weft__watch *)(uintptr_t)found[i];
    weft__poll_unwatch(watch);
    weft__ready(watch->handle);
  }
  return woken;
}

/* Asks about the rest, without waiting: whether any was ready. */
static bool sweep(void) {
  while (rest > 0) {
    if (rest > count) rest = count;
    size_t first = rest > WINDOW ? rest - WINDOW : 0, length = rest - first;
    rest = first;
    if (length && wake(first, length, ask(first, length, 0))) return true;
  }
  return false;
}

void weft__poll(int64_t deadline) {
  if (!count && !deadline) return;
  if (!capacity && !grow()) return; /* it is tried again */
  int64_t start = weft__host_now();
  bool found_some = sweep();
  if (!found_some) {
    size_t length = count;
    size_t woken = wake(0, length, ask(0, length, deadline));
    if (woken >= FULL_ANSWER) rest = count;
  }
  int64_t cost = weft__host_now() - start;
  if (!deadline && !found_some) look_cost = cost;
  weft__poll_spent += cost;
}
