/* weft_select: one task parked in several places at once. */
#include "error.h"
#include "queue.h"

#include <math.h>
#include <weft/select.h>

/* The true form of weft_case's private fields. */
typedef struct entry {
  weft__handle handle; /* in a queue's lot or a future's callbacks, or alone */
  weft__timer timer;
  struct weft__select *select;
  weft__parking parking;
  weft__future *future; /* pinned; NULL: none */
} entry;
_Static_assert(sizeof(entry) <= sizeof((weft_case *)0)->private_, "");

typedef struct weft__select {
  weft__wait wait;
  weft__task *task;
  weft_case *cases;
  size_t count;
  bool left; /* its lots: it has been woken or cancelled */
} weft__select;

static entry *entry_of(weft_case *c) { return (entry *)(void *)c->private_; }

static bool is_of_queue(const weft_case *c) {
  return c->kind == WEFT__CASE_GET || c->kind == WEFT__CASE_PUT;
}

static void leave(weft__select *s) {
  s->left = true;
  for (size_t i = 0; i < s->count; i++) {
    entry *e = entry_of(&s->cases[i]);
    if (is_of_queue(&s->cases[i]) && weft__linked(&e->handle.node)) {
      weft__lot_remove(&e->handle.node);
      weft__node_init(&e->handle.node);
    } else {
      weft__list_remove(&e->handle.node);
    }
    weft__timer_disarm(&weft__loop.timers, &e->timer);
  }
}

static void happened(entry *e, weft__parking how) {
  leave(e->select);
  e->parking = how;
  weft__ready(&e->select->task->handle);
}

weft__noinline void weft__select_wake(weft__handle *handle, weft__parking how) {
  happened(weft__container(handle, entry, handle), how);
}

/* A future is done. */
void weft__select_run(weft__handle *handle) {
  weft__select_wake(handle, WEFT__UNPARKED);
}

static void on_timer(weft__timer *timer) {
  happened(weft__container(timer, entry, timer), WEFT__UNPARKED);
}

static weft_case *woken(const weft__select *s) {
  for (size_t i = 0; i < s->count; i++) {
    if (entry_of(&s->cases[i])->parking) return &s->cases[i];
  }
  return NULL;
}

static bool cancel_select(weft__task *task) {
  weft__select *s = weft__container(task->wait, weft__select, wait);
  if (s->left) return false;
  leave(s);
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  return true;
}

/* ---- the cases */

static int begin_case(weft__select *s, weft_case *c) {
  entry *e = entry_of(c);
  *e = (entry){
      .handle.run = weft__select_run, .timer.fire = on_timer, .select = s};
  weft__node_init(&e->handle.node);
  c->when = INT64_MAX;
  if (c->kind == WEFT__CASE_AWAIT) {
    weft__future *future = weft__lookup(c->future);
    if (!future) return weft__lookup_error(c->future);
    weft__pin(e->future = future);
  } else if (c->kind == WEFT__CASE_AFTER && c->seconds < INFINITY) {
    return weft__deadline(c->seconds < 0 ? 0 : c->seconds, &c->when);
  } else if (c->kind == WEFT__CASE_AFTER && isnan(c->seconds)) {
    return weft__fail(WEFT_EINVAL, "a case after NaN seconds");
  }
  return 0;
}

static void end_cases(weft__select *s, size_t begun) {
  for (size_t i = 0; i < begun; i++) {
    entry *e = entry_of(&s->cases[i]);
    if (e->future) weft__unpin(e->future);
  }
}

/* Does it if it can be done without waiting. */
static bool try_case(weft_case *c) {
  switch (c->kind) {
  case WEFT__CASE_GET:
    c->result = weft_queue_get_nowait(c->queue, c->out);
    return c->result != WEFT_EEMPTY;
  case WEFT__CASE_PUT:
    c->result = weft_queue_put_nowait(c->queue, c->in);
    return c->result != WEFT_EFULL;
  case WEFT__CASE_AWAIT:
    if (!weft__done(entry_of(c)->future)) return false;
    c->result = weft__take(entry_of(c)->future);
    return true;
  default: c->result = 0; return entry_of(c)->parking || c->when <= weft__now();
  }
}

static int park_case(weft_case *c) {
  entry *e = entry_of(c);
  e->parking = WEFT__PARKED;
  switch (c->kind) {
  case WEFT__CASE_GET:
    weft__lot_append(&c->queue->getters, &e->handle.node);
    break;
  case WEFT__CASE_PUT:
    weft__lot_append(&c->queue->putters, &e->handle.node);
    break;
  case WEFT__CASE_AWAIT:
    weft__list_append(&e->future->callbacks, &e->handle.node);
    break;
  default:
    if (c->when == INT64_MAX) break;
    int rc = weft__timer_arm(&weft__loop.timers, &e->timer, c->when);
    if (rc < 0) return weft__fail(rc, "no memory for a timer");
  }
  return 0;
}

/*
 * The case was woken, and the wait's result was rc: does it if it still can be
 * done, or passes on what a queue has promised to it.
 */
static bool do_woken(weft_case *c, int rc) {
  bool granted = entry_of(c)->parking == WEFT__GRANTED;
  switch (c->kind) {
  case WEFT__CASE_GET:
    c->result = weft__queue_get_woken(c->queue, granted, c->out, rc);
    return c->result != WEFT_EEMPTY;
  case WEFT__CASE_PUT:
    c->result = weft__queue_put_woken(c->queue, granted, c->in, rc);
    return c->result != WEFT_EFULL;
  default: return rc < 0 || try_case(c);
  }
}

/* ---- waiting */

/* Waits until one of them was woken, and does it if it can be done then. */
static int wait_for_one(weft__select *s) {
  s->left = false;
  for (size_t i = 0; i < s->count; i++) {
    int rc = park_case(&s->cases[i]);
    if (rc < 0) {
      leave(s);
      return rc;
    }
  }
  int rc = weft__suspend(&s->wait);
  weft_case *c = woken(s);
  bool done = c && do_woken(c, rc);
  if (rc < 0) return rc;
  return done ? (int)(c - s->cases) : WEFT_EPENDING;
}

static int select_case(weft__select *s) {
  for (;;) {
    for (size_t i = 0; i < s->count; i++) {
      if (try_case(&s->cases[i])) return (int)i;
    }
    int which = wait_for_one(s);
    if (which != WEFT_EPENDING) return which;
  }
}

int weft_select(weft_case *cases, size_t count) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (!count) return weft__fail(WEFT_EINVAL, "weft_select of no case");
  weft__select s = {.wait = {"weft_select", cancel_select, NULL},
                    .task = weft__loop.current,
                    .cases = cases,
                    .count = count};
  int rc = 0;
  size_t begun = 0;
  while (begun < count && rc >= 0) rc = begin_case(&s, &cases[begun++]);
  if (rc >= 0) rc = select_case(&s);
  end_cases(&s, begun);
  return rc;
}
