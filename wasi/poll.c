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

/* Pollables of the clock: one that is always ready, and one for a deadline,
   kept as long as that is the same. Made when first needed. */
typedef struct alarm {
  poll_own_pollable_t pollable;
  int64_t deadline; /* -1: there is no pollable */
} alarm;
static alarm past = {.deadline = -1}, next = {.deadline = -1};

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
  alarm *a = deadline ? &next : &past;
  if (a->deadline != deadline) {
    if (a->deadline >= 0) poll_pollable_drop_own(a->pollable);
    a->pollable = monotonic_clock_subscribe_instant((uint64_t)deadline);
    a->deadline = deadline;
  }
  return poll_borrow_pollable(a->pollable);
}

/* Asks the host about the whole list; the answer's length. */
static size_t ask(size_t length) {
  poll_list_borrow_pollable_t list = {pollables, length};
  wasip2_list_u32_t answer;
  weft__lift_to(found, capacity * sizeof *found);
  poll_poll(&list, &answer);
  weft__lift_end();
  return answer.len;
}

/* Two rounds, because taking a watch off the list moves others. */
static void wake(size_t ready) {
  size_t woken = 0;
  for (size_t i = 0; i < ready; i++) {
    if (found[i] < count) found[woken++] = (uintptr_t)watches[found[i]];
  }
  for (size_t i = 0; i < woken; i++) {
    weft__watch *watch = (weft__watch *)(uintptr_t)found[i];
    weft__poll_unwatch(watch);
    weft__ready(watch->handle);
  }
}

void weft__poll(int64_t deadline) {
  if (!count && !deadline) return;
  if (!capacity && !grow()) return; /* it is tried again */
  size_t length = count;
  if (deadline != INT64_MAX) pollables[length++] = alarm_at(deadline);
  int64_t start = deadline ? 0 : weft__host_now();
  wake(ask(length));
  if (!deadline) look_cost = weft__host_now() - start;
}
