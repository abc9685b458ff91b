/* weft_gather, after CPython's asyncio.gather. */
#include "cleanup.h"
#include "error.h"
#include "tree.h"

#include <stdlib.h>

typedef struct gather {
  weft__wait wait;
  weft__future *outer;  /* completes when the gather does */
  weft__future *failed; /* whose error it is */
  size_t count, finished;
  bool return_errors, cancel_requested;
  bool cancelling; /* a cancel is on its way down to the children */
  struct child *children;
  weft__cleanup cleanup; /* of a task that ends while it gathers: a deadlock */
} gather;

/* One for each future; its handle is among the future's callbacks. */
typedef struct child {
  weft__handle handle;
  weft__future *future;
  gather *gather;
} child;

static void child_done(weft__handle *handle) {
  child *c = weft__container(handle, child, handle);
  gather *g = c->gather;
  g->finished++;
  if (weft__done(g->outer)) return;
  if (c->future->result < 0 && !g->return_errors) {
    g->failed = c->future;
    weft__complete(g->outer, c->future->result);
    return;
  }
  if (g->finished < g->count) return;
  if (g->cancel_requested && c->future->state == WEFT__CANCELLED) {
    g->failed = c->future; /* it tells why */
  }
  weft__complete(g->outer, g->cancel_requested ? WEFT_ECANCELED : 0);
}

static bool cancel_children(weft__task *task) {
  gather *g = weft__container(task->wait, gather, wait);
  if (weft__done(g->outer)) return false;
  if (g->cancelling) { /* it has come back: they wait for each other */
    weft__complete(g->outer, WEFT_ECANCELED);
    return true;
  }
  bool any = false;
  g->cancelling = true;
  for (size_t i = 0; i < g->count; i++) {
    if (weft__cancel(g->children[i].future)) any = true;
  }
  g->cancelling = false;
  if (any) g->cancel_requested = true;
  return any;
}

static weft__future *nth_child(const weft__wait *wait, size_t i) {
  const gather *g = weft__container(wait, gather, wait);
  return i < g->count ? g->children[i].future : NULL;
}

static const weft__many_kind kind = {nth_child, "weft_gather"};

static void watch(gather *g, weft_future *const *futures) {
  for (size_t i = 0; i < g->count; i++) {
    child *c = &g->children[i];
    *c = (child){.handle.run = child_done,
                 .future = weft__lookup(futures[i]),
                 .gather = g};
    weft__pin(c->future);
    weft__node_init(&c->handle.node);
    if (!weft__done(c->future)) weft__when_done(c->future, &c->handle);
  }
  for (size_t i = 0; i < g->count; i++) {
    child *c = &g->children[i];
    if (!weft__linked(&c->handle.node)) child_done(&c->handle);
  }
}

static int wait_all(gather *g) {
  if (!weft__done(g->outer)) {
    weft__list_append(&g->outer->callbacks, &weft__loop.current->handle.node);
    int rc = weft__suspend(&g->wait);
    /* One that was cancelled before the gathering task tells why. */
    bool told = g->failed && g->failed->state == WEFT__CANCELLED;
    if (rc < 0 && !told) return rc;
  }
  return g->failed ? weft__take(g->failed) : g->outer->result;
}

static void end(gather *g, int *results) {
  for (size_t i = 0; i < g->count; i++) {
    child *c = &g->children[i];
    weft__list_remove(&c->handle.node);
    if (results) results[i] = c->future->result;
    c->future->taken = true;
    weft__unpin(c->future);
  }
  free(g->children);
  g->outer->taken = true;
  weft__unpin(g->outer);
}

static void forget(weft__cleanup *cleanup) {
  end(weft__container(cleanup, gather, cleanup), NULL);
}

static int run(weft_future *const *futures, size_t count, int *results,
               bool return_errors) {
  int rc = weft__check_futures(futures, count);
  if (rc < 0 || !count) return rc;
  gather g = {.wait = {kind.what, cancel_children, &weft__many},
              .count = count,
              .return_errors = return_errors,
              .cleanup.run = forget};
  g.children = malloc(count * sizeof *g.children);
  g.outer = g.children ? weft__future_new() : NULL;
  if (!g.outer) {
    free(g.children);
    return weft__fail(WEFT_ENOMEM, "no memory to gather %z futures", count);
  }
  weft__pin(g.outer);
  watch(&g, futures);
  weft__cleanup_push(weft__loop.current, &g.cleanup);
  rc = wait_all(&g);
  weft__cleanup_remove(weft__loop.current, &g.cleanup);
  end(&g, results);
  return rc;
}

int weft_gather(weft_future *const *futures, size_t count, int *results) {
  return run(futures, count, results, false);
}

int weft_gather_return_errors(weft_future *const *futures, size_t count,
                              int *results) {
  return run(futures, count, results, true);
}
