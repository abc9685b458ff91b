/* weft_gather, after CPython's asyncio.gather. */
#include "error.h"
#include "task.h"

#include <stdlib.h>

typedef struct gather {
  weft__wait wait;
  weft__future *outer; /* completes when the gather does */
  size_t count, finished;
  bool cancel_requested;
  struct child *children;
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
  if (c->future->result < 0) {
    weft__complete(g->outer, c->future->result);
    return;
  }
  if (g->finished < g->count) return;
  weft__complete(g->outer, g->cancel_requested ? WEFT_ECANCELED : 0);
}

static bool cancel_children(const weft__wait *wait) {
  gather *g = weft__container(wait, gather, wait);
  if (weft__done(g->outer)) return false;
  bool any = false;
  for (size_t i = 0; i < g->count; i++) {
    weft__future *f = g->children[i].future;
    if (!weft__done(f) && f->cancel(f)) any = true;
  }
  if (any) g->cancel_requested = true;
  return any;
}

static int wait_all(gather *g) {
  for (size_t i = 0; i < g->count; i++) {
    child *c = &g->children[i];
    weft__node_init(&c->handle.node);
    c->handle.run = child_done;
    c->gather = g;
    weft__pin(c->future);
    if (weft__done(c->future)) {
      weft__ready(&c->handle);
    } else {
      weft__list_append(&c->future->callbacks, &c->handle.node);
    }
  }
  weft__list_append(&g->outer->callbacks, &weft__loop.current->handle.node);
  int rc = weft__suspend(&g->wait);
  return rc < 0 ? rc : g->outer->result;
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
  weft__unpin(g->outer);
}

int weft_gather(weft_future *const *futures, size_t count, int *results) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (!count) return 0;
  for (size_t i = 0; i < count; i++) {
    weft__future *f = weft__lookup(futures[i]);
    if (!f) return weft__lookup_error(futures[i]);
    if (f == &weft__loop.current->future) {
      return weft__fail(WEFT_EDEADLK, "a task gathers itself");
    }
  }
  gather g = {.wait = {"weft_gather", cancel_children, NULL}, .count = count};
  g.children = malloc(count * sizeof *g.children);
  g.outer = g.children ? weft__future_new() : NULL;
  if (!g.outer) {
    free(g.children);
    return weft__fail(WEFT_ENOMEM, "no memory to gather %z futures", count);
  }
  weft__pin(g.outer);
  for (size_t i = 0; i < count; i++) {
    g.children[i].future = weft__lookup(futures[i]);
  }
  int rc = wait_all(&g);
  end(&g, results);
  return rc;
}
