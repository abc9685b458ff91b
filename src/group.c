/* Task groups, after CPython's Lib/asyncio/taskgroups.py. */
#include "cleanup.h"
#include "error.h"
#include "tree.h"
#include "waiter.h"

#include <stdlib.h>
#include <string.h>
#include <weft/group.h>

/* The true form of weft_task_group's private fields. */
typedef struct group {
  weft__list members; /* of member, by its node: not yet ended */
  weft__task *parent;
  weft__waiter *waiter; /* of the end, while it waits */
  struct failures *failures;
  weft__cleanup cleanup;
  int begun; /* how many requests to cancel the parent had at the beginning */
} group;
_Static_assert(sizeof(group) <= sizeof((weft_task_group *)0)->private_, "");

enum { EXITING = 1, ABORTING = 2, CANCEL_REQUESTED = 4 }; /* flags[0] */

typedef struct member {
  weft__node node;
  weft__handle handle; /* among the task's callbacks */
  weft_task_group *group;
  weft__future *task;
} member;

/* The errors of a group; once it has ended they are the parent's cleanup. */
typedef struct failures {
  weft__cleanup cleanup;
  size_t count, capacity;
  weft_task_error list[];
} failures;

static group *group_of(const weft_task_group *frame) {
  return (group *)(void *)frame->private_;
}

/* ---- errors */

static void failures_free(failures *f) {
  for (size_t i = 0; f && i < f->count; i++) free((char *)f->list[i].message);
  free(f);
}

static void on_failures_cleanup(weft__cleanup *cleanup) {
  failures_free(weft__container(cleanup, failures, cleanup));
}

static failures *grown(failures *f) {
  if (f && f->count < f->capacity) return f;
  size_t capacity = f ? f->capacity * 2 : 4;
  failures *bigger = realloc(f, sizeof *f + capacity * sizeof(weft_task_error));
  if (!bigger) return NULL;
  if (!f) *bigger = (failures){.cleanup.run = on_failures_cleanup};
  bigger->capacity = capacity;
  return bigger;
}

static void add_failure(weft_task_group *frame, const weft__task *task,
                        int code, const char *message) {
  group *g = group_of(frame);
  failures *f = grown(g->failures);
  frame->flags[1]++;
  if (!f) return;
  g->failures = f;
  f->list[f->count++] =
      (weft_task_error){code, task->name, task->site, strdup(message)};
}

/* The errors of the parent's last group that failed. */
static failures *last_failures(const weft__task *parent) {
  weft__cleanup *c = parent->future.owner;
  while (c && c->run != on_failures_cleanup) c = c->next;
  return c ? weft__container(c, failures, cleanup) : NULL;
}

/* They go below all other cleanups, which come and go like brackets. */
static void keep_failures(weft__task *parent, failures *f) {
  failures *old = last_failures(parent);
  if (old) {
    weft__cleanup_remove(parent, &old->cleanup);
    failures_free(old);
  }
  if (!f) return;
  weft__cleanup *last = parent->future.owner;
  while (last && last->next) last = last->next;
  f->cleanup.next = NULL;
  if (last) {
    last->next = &f->cleanup;
  } else {
    parent->future.owner = &f->cleanup;
  }
}

size_t weft_task_group_errors(weft_task_error *errors, size_t size) {
  if (!weft__loop.current) return 0;
  failures *f = last_failures(weft__loop.current);
  size_t count = f ? f->count : 0;
  for (size_t i = 0; i < count && i < size; i++) errors[i] = f->list[i];
  return count;
}

static int failed(weft_task_group *frame) {
  group *g = group_of(frame);
  failures *f = g->failures;
  keep_failures(g->parent, f);
  if (!f) {
    return weft__fail(WEFT_EGROUP, "%d tasks of the group have failed",
                      frame->flags[1]);
  }
  weft_task_error *e = &f->list[0];
  return weft__fail(WEFT_EGROUP,
                    "%d of the group have failed, first task '%s' created at "
                    "%s: %s: %s",
                    frame->flags[1], e->name, e->site, weft_error_name(e->code),
                    e->message);
}

/* ---- members */

static void abort_group(weft_task_group *frame) {
  frame->flags[0] |= ABORTING;
  group *g = group_of(frame);
  for (weft__node *n = weft__list_first(&g->members); n;
       n = weft__list_next(&g->members, n)) {
    weft__cancel(weft__container(n, member, node)->task);
  }
}

static void member_free(member *m) {
  weft__list_remove(&m->node);
  weft__list_remove(&m->handle.node);
  weft__unpin(m->task);
  free(m);
}

/* A task of the group has failed: ends the others, and the body. */
static void on_failure(weft_task_group *frame, weft__future *task) {
  group *g = group_of(frame);
  add_failure(frame, weft__task_of(task), task->result, weft__message_of(task));
  if (frame->flags[0] & (ABORTING | CANCEL_REQUESTED)) return;
  abort_group(frame);
  frame->flags[0] |= CANCEL_REQUESTED;
  weft__cancel(&g->parent->future);
}

static void on_task_done(weft__handle *handle) {
  member *m = weft__container(handle, member, handle);
  group *g = group_of(m->group);
  weft__list_remove(&m->node);
  if (g->waiter && weft__list_empty(&g->members)) {
    weft__waiter_release(g->waiter);
  }
  m->task->taken = true;
  if (m->task->state == WEFT__DONE && m->task->result < 0) {
    on_failure(m->group, m->task);
  }
  member_free(m);
}

/* The parent has ended inside the group; its tasks are not waited for. */
static void on_group_cleanup(weft__cleanup *cleanup) {
  group *g = weft__container(cleanup, group, cleanup);
  for (weft__node *n; (n = weft__list_first(&g->members));) {
    member *m = weft__container(n, member, node);
    weft__cancel(m->task);
    member_free(m);
  }
  failures_free(g->failures);
}

static bool may_create(const weft_task_group *frame) {
  int flags = frame->flags[0];
  if ((flags & EXITING) && weft__list_empty(&group_of(frame)->members)) {
    weft__fail(WEFT_ECLOSED, "the task group has ended");
    return false;
  }
  if (flags & ABORTING) {
    weft__fail(WEFT_ECLOSED, "the task group is being cancelled");
    return false;
  }
  return true;
}

weft_task *weft_task_group_create_task_at(weft_task_group *frame, weft_fn fn,
                                          void *arg,
                                          const weft_task_options *options,
                                          const char *name, const char *site) {
  if (!may_create(frame)) return NULL;
  member *m = malloc(sizeof *m);
  if (!m) {
    weft__fail(WEFT_ENOMEM, "no memory for task '%s' created at %s", name,
               site);
    return NULL;
  }
  weft__task *task = weft__task_new(fn, arg, options, name, site);
  if (!task) {
    free(m);
    return NULL;
  }
  weft__future *future = &task->future;
  *m = (member){.handle.run = on_task_done, .group = frame, .task = future};
  weft__node_init(&m->handle.node);
  weft__pin(future);
  weft_task *handle = weft__handle_new(future);
  weft__task_start_eager(task, options);
  weft__list_append(&group_of(frame)->members, &m->node);
  weft__when_done(future, &m->handle);
  return handle;
}

/* ---- the scope */

int weft_task_group_begin(weft_task_group *frame) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  group *g = group_of(frame);
  *g = (group){.parent = task,
               .cleanup.run = on_group_cleanup,
               .begun = task->cancel_requests};
  frame->flags[0] = frame->flags[1] = 0;
  weft__list_init(&g->members);
  weft__cleanup_push(task, &g->cleanup);
  return 0;
}

int weft_task_group_cancel(weft_task_group *frame) {
  group *g = group_of(frame);
  int flags = frame->flags[0];
  if ((flags & EXITING) && weft__list_empty(&g->members)) return 0;
  if (!(flags & ABORTING)) abort_group(frame);
  if (!(flags & CANCEL_REQUESTED)) {
    frame->flags[0] |= CANCEL_REQUESTED;
    weft__cancel(&g->parent->future);
  }
  return 0;
}

static weft__future *nth_member(const weft__wait *wait, size_t i) {
  const weft__waiter *waiter = weft__container(wait, weft__waiter, wait);
  for (weft__cleanup *c = waiter->task->future.owner; c; c = c->next) {
    if (c->run != on_group_cleanup) continue;
    group *g = weft__container(c, group, cleanup);
    if (g->waiter != waiter) continue;
    for (weft__node *n = weft__list_first(&g->members); n;
         n = weft__list_next(&g->members, n)) {
      if (i-- == 0) return weft__container(n, member, node)->task;
    }
  }
  return NULL;
}

static const weft__many_kind members_kind = {nth_member, "weft_task_group_end"};

/* Waits for the members; whether a cancel came meanwhile. */
static bool wait_members(weft_task_group *frame) {
  group *g = group_of(frame);
  bool cancelled = false;
  while (!weft__list_empty(&g->members)) {
    weft__waiter waiter;
    weft__waiter_init(&waiter, members_kind.what, &weft__many);
    g->waiter = &waiter;
    int rc = weft__waiter_suspend(&waiter);
    g->waiter = NULL;
    if (rc >= 0) continue;
    cancelled = true;
    if (!(frame->flags[0] & ABORTING)) abort_group(frame);
  }
  return cancelled;
}

int weft_task_group_end(weft_task_group *frame, int rc) {
  group *g = group_of(frame);
  weft_task *parent = weft__handle_of(&g->parent->future);
  frame->flags[0] |= EXITING;
  bool propagate = rc == WEFT_ECANCELED, body_failed = rc < 0 && !propagate;
  if (rc < 0 && !(frame->flags[0] & ABORTING)) abort_group(frame);
  if (wait_members(frame) && !body_failed) propagate = true;
  weft__cleanup_remove(g->parent, &g->cleanup);
  if (frame->flags[0] & CANCEL_REQUESTED) {
    int left = weft_uncancel(parent); /* those from outside */
    if (left <= g->begun) propagate = false;
  }
  if (propagate && !frame->flags[1]) return WEFT_ECANCELED;
  if (body_failed) add_failure(frame, g->parent, rc, weft_errmsg(rc));
  if (!frame->flags[1]) return rc == WEFT_ECANCELED ? 0 : rc;
  if (weft_cancelling(parent) > 0) {
    weft_uncancel(parent);
    weft__cancel(&g->parent->future);
  }
  return failed(frame);
}
