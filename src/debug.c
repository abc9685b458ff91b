/* Debug mode: counters, warnings, trace events. */
#include "error.h"
#include "hooks.h"
#include "host.h"

#include <string.h>
#include <weft/debug.h>

/* What is kept of each task, after its record. */
typedef struct watch {
  uint32_t id;
  uint64_t switches;
  int64_t run_time;
  size_t stack_used, stack_size;
} watch;

enum { PAINT = 0xa5 };

static uint32_t last_id;
static int64_t slow; /* nanoseconds */
static weft_trace_fn trace;
static void *trace_arg;
static weft__task *ended; /* during the step under way */

static watch *watch_of(weft__task *task) { return (watch *)(void *)(task + 1); }

static void emit(weft_trace_event event, weft__task *task, const char *what,
                 int result) {
  if (!trace) return;
  const watch *w = watch_of(task);
  weft_trace_record record = {event,      weft_time(), w->id, w->switches,
                              task->name, task->site,  what,  result};
  trace(&record, trace_arg);
}

static void begin(const weft_run_options *options) {
  double seconds = options ? options->slow_callback : 0;
  slow = (int64_t)((seconds > 0 ? seconds : 0.1) * 1e9);
  last_id = 0;
}

static void created(weft__task *task) {
  *watch_of(task) = (watch){.id = ++last_id};
  emit(WEFT_TASK_CREATED, task, NULL, 0);
}

/* ---- stacks: how far the paint is gone */

static void got_stack(weft__task *task) {
  weft__context *c = &task->context;
  if (!c->sp) return; /* the native switch has stacks of its own */
  memset(c->stack + 16, PAINT, (size_t)(c->sp - c->stack) - 16);
  watch_of(task)->stack_size = c->stack_size;
}

static size_t stack_used(const weft__task *task) {
  const char *p = task->context.stack, *end = p + task->context.stack_size;
  if (!task->context.sp) return 0;
  for (p += 16; p < end && *p == (char)PAINT;) p++;
  return (size_t)(end - p);
}

/* ---- steps */

static void warn_if_slow(const char *what, const char *name, const char *site,
                         int64_t time) {
  if (time < slow) return;
  weft__report("%s '%s' created at %s ran for %d ms without suspending", what,
               name, site, (int)(time / 1000000));
}

/* Named in asyncify.remove: it never suspends itself. */
void weft__debug_step(weft__handle *handle) {
  weft__task *task = weft__container(handle, weft__task, handle);
  watch *w = watch_of(task);
  const char *name = task->name, *site = task->site;
  weft__task *outer = ended; /* of the step that starts this one eagerly */
  ended = NULL;
  bool started = w->switches > 0;
  if (started || !task->must_cancel) { /* else it only ends */
    w->switches++;
    emit(started ? WEFT_TASK_RESUMED : WEFT_TASK_STARTED, task, NULL, 0);
  }
  int64_t time = weft__host_now();
  weft__task_step(handle);
  time = weft__host_now() - time;
  if (ended != task) {
    w->run_time += time;
    emit(WEFT_TASK_SUSPENDED, task, task->wait ? task->wait->what : NULL, 0);
  }
  ended = outer;
  warn_if_slow("task", name, site, time);
}

static void on_cancelled(weft__task *task) {
  emit(WEFT_TASK_CANCELLED, task, NULL, 0);
}

static void on_ended(weft__task *task, int result) {
  ended = task;
  if (task->context.stack) watch_of(task)->stack_used = stack_used(task);
  emit(WEFT_TASK_ENDED, task, NULL, result);
}

static void kept(weft__task *task) {
  if (task->future.taken || task->future.state != WEFT__DONE) return;
  if (task->future.result < 0) return; /* is reported anyway */
  weft__report("task '%s' created at %s was never awaited, nor its handle "
               "released",
               task->name, task->site);
}

static void call_end(const char *name, const char *site, int64_t begin) {
  if (name) warn_if_slow("call", name, site, weft__host_now() - begin);
}

const weft__hooks weft__debug_hooks = {
    .extra = sizeof(watch),
    .step = weft__debug_step,
    .begin = begin,
    .created = created,
    .got_stack = got_stack,
    .cancelled = on_cancelled,
    .ended = on_ended,
    .kept = kept,
    .call_begin = weft__host_now,
    .call_end = call_end,
};

/* ---- the public functions */

int weft_run_with_at(weft_fn fn, void *arg, const weft_run_options *options,
                     const char *name, const char *site) {
  size_t stack_size = options ? options->stack_size : 0;
  int rc = stack_size ? weft__stack_check(stack_size) : 0;
  return rc < 0 ? rc : weft_run_at(fn, arg, options, name, site);
}

int weft_task_get_stats(weft_task *handle, weft_task_stats *stats) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  if (!future->is_task) return weft__fail(WEFT_EINVAL, "it is not a task");
  if (!weft__loop.hooks) {
    return weft__fail(WEFT_ENOTSUP, "tasks are only watched in debug mode: "
                                    "set weft_run_options.debug");
  }
  weft__task *task = weft__task_of(future);
  watch *w = watch_of(task);
  if (task->context.stack && !weft__done(future))
    w->stack_used = stack_used(task);
  *stats = (weft_task_stats){w->switches, (double)w->run_time * 1e-9,
                             w->stack_used, w->stack_size};
  return 0;
}

int weft_trace(weft_trace_fn fn, void *arg) {
  if (weft__loop.phase != WEFT__IDLE) {
    return weft__fail(WEFT_ERUNNING, "call weft_trace before weft_run");
  }
  trace = fn;
  trace_arg = arg;
  weft__loop.traced = fn != NULL;
  return 0;
}
