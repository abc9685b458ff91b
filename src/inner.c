/*
 * Steps of tasks in the middle of others: those that start eagerly, and those
 * that run ahead of a task that waits for them.
 */
#include "error.h"
#include "host.h"
#include "task.h"

/* One step of a task that is ready, in the middle of another or of a call. Not
   inlined: the C stack pointer, which a trap leaves anywhere, is right at its
   end. */
weft__noinline static void weft__step_inside(weft__task *task) {
  weft__task *outer = weft__loop.current;
  int level = weft__loop.inside;
  weft__nesting nesting;
  weft__context_nest(&nesting);
  weft__loop.inside = level + 1;
  weft__host_step(&task->handle);
  weft__loop.inside = level;
  weft__context_unnest(&nesting);
  weft__loop.current = outer;
}

/* One takes up to 1.5 KB of the host's stack beside what its task takes. */
enum { MOST_INSIDE = 100 };

void weft__task_start_eager(weft__task *task,
                            const weft_task_options *options) {
  if (!options || !options->eager) return;
  if (weft__loop.inside < MOST_INSIDE) weft__step_inside(task);
}

/* Each time that the task had to suspend all the same it is left out for longer,
   up to so many times. */
enum { MOST_LEFT_OUT = 63 };

bool weft__run_ahead_now(void) {
  static int misses;
  weft__task *self = weft__loop.current;
  if (weft__loop.inside) return false;
  if (!weft__context_is_shallow(&self->context)) return false;
  weft__handle *next = weft__loop_next(NULL);
  if (!next || next->run != weft__task_step) return false;
  if (next != &self->handle) {
    weft__task *task = weft__container(next, weft__task, handle);
    bool begun = task->context.stack;
    if (begun && !weft__context_is_shallow(&task->context)) return false;
    weft__step_inside(task);
    if (!weft__loop_next(&self->handle)) {
      misses = (misses * 2 + 1) & MOST_LEFT_OUT;
      weft__loop.left_out = misses;
      return false;
    }
  }
  if (self->must_cancel) return false;
  weft__list_remove(&self->handle.node);
  self->wait = NULL;
  misses = 0;
  return true;
}

/* ---- weft_create_task, which not every program has */

weft__noinline static weft_task *created_outside(const char *name,
                                                 const char *site) {
  weft__fail(WEFT_ENOTRUNNING, "task '%s' at %s created outside weft_run", name,
             site);
  return NULL;
}

weft__noinline weft_task *weft_create_task_at(weft_fn fn, void *arg,
                                              const weft_task_options *options,
                                              const char *name,
                                              const char *site) {
  if (weft__loop.phase == WEFT__IDLE) return created_outside(name, site);
  weft__task *task = weft__task_new(fn, arg, options, name, site);
  if (!task) return NULL;
  weft_task *handle = weft__handle_new(&task->future);
  weft__task_start_eager(task, options);
  return handle;
}
