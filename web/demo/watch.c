/*
 * Tells the demo page what the tasks of a program do, as it happens. It is
 * linked into the page's programs beside their own source and looks into the
 * core: each task's handle is made to run watched_step, which goes on to the
 * step that the core had in mind.
 *
 * (weft_trace would tell the steps too, but not which task another one awaits,
 * and it puts a program into debug mode, whose warnings would stand in the
 * page's output.)
 *
 * A watched task is pinned until its end was told, so that its address names
 * it.
 */
#include "../../src/task.h"

#include <emscripten/emscripten.h>

/* clang-format off: JavaScript */
EM_JS(void, tell_created, (void *task, const char *name), {
  Module['weft'].watch ?.({
                          kind : 'created',
                          task,
                          name : UTF8ToString(name),
                          at : performance.now()
                        });
})
EM_JS(void, tell_resumed, (void *task), {
  Module['weft'].watch ?.({kind : 'resumed', task, at : performance.now()});
})
EM_JS(void, tell_suspended, (void *task, const char *what, void *on), {
  Module['weft'].watch ?.({
                          kind : 'suspended',
                          task,
                          what : UTF8ToString(what),
                          on,
                          at : performance.now()
                        });
})
EM_JS(void, tell_ended, (void *task, int result, int cancelled), {
  Module['weft'].watch ?.({
                          kind : 'ended',
                          task,
                          result,
                          cancelled : !!cancelled,
                          at : performance.now()
                        });
})
EM_JS_DEPS(watch, "$UTF8ToString");
/* clang-format on */

static void (*step)(weft__handle *handle);

static void watched_step(weft__handle *handle);

/* New tasks stand at the end of the list. */
static void discover(void) {
  weft__node *n = weft__loop.tasks.head.prev;
  while (n != &weft__loop.tasks.head) {
    weft__task *task = weft__container(n, weft__task, all);
    if (task->handle.run == watched_step) break;
    n = n->prev;
  }
  for (n = n->next; n != &weft__loop.tasks.head; n = n->next) {
    weft__task *task = weft__container(n, weft__task, all);
    step = task->handle.run;
    task->handle.run = watched_step;
    weft__pin(&task->future);
    tell_created(task, task->name);
  }
}

static void tell_end(weft__task *task) {
  weft__future *future = &task->future;
  tell_ended(task, future->result, future->state == WEFT__CANCELLED);
  weft__unpin(future);
}

/* The task whose step has not returned: a trap may have torn it away. */
static weft__task *stepping;

static void watched_step(weft__handle *handle) {
  weft__task *task = weft__container(handle, weft__task, handle);
  if (stepping) tell_end(stepping);
  stepping = task;
  tell_resumed(task);
  step(handle);
  stepping = NULL;
  discover();
  if (weft__done(&task->future)) {
    tell_end(task);
  } else {
    const weft__wait *wait = task->wait;
    weft__future *on = wait ? wait->on : NULL;
    tell_suspended(task, wait ? wait->what : "",
                   on && on->is_task ? weft__task_of(on) : NULL);
  }
}

/* main has called weft_run: its main task is there. */
EMSCRIPTEN_KEEPALIVE void weft__watch(void) { discover(); }

/* clang-format off: JavaScript */
EM_JS(void, watch_runs, (void), { Module['weftBegan'] = _weft__watch; })
/* clang-format on */

__attribute__((constructor)) static void begin(void) { watch_runs(); }
