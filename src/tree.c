/* Who awaits whom, as text. */
#include "tree.h"

#include "error.h"

#include <string.h>
#include <weft/debug.h>

enum { MAX_DEPTH = 16, MAX_LINES = 100 };

weft__future weft__many;

static int lines; /* left to print */

/* The i-th future that the task waits for, or NULL. */
static weft__future *awaited(const weft__task *task, size_t i) {
  const weft__wait *wait = task->wait;
  if (!wait || weft__done(&task->future)) return NULL;
  if (wait->on != &weft__many) return i ? NULL : wait->on;
  const weft__many_kind *kind =
      weft__container(wait->what, weft__many_kind, what);
  return kind->nth(wait, i);
}

/* The next task from place *i on that the task waits for, or NULL. */
static weft__task *next_awaited(const weft__task *task, size_t *i) {
  for (weft__future *f; (f = awaited(task, *i));) {
    ++*i;
    if (f->is_task && !weft__done(f)) return weft__task_of(f);
  }
  return NULL;
}

static void print_line(const char *prefix, const char *branch,
                       const weft__task *task) {
  const char *state = task == weft__loop.current ? "is running"
                      : task->wait               ? "waits in "
                                                 : "is ready";
  const char *what =
      task->wait && task != weft__loop.current ? task->wait->what : "";
  weft__report("%s%s'%s' created at %s %s%s", prefix, branch, task->name,
               task->site, state, what);
}

static void print(weft__task *task, const char *prefix, int depth, bool last) {
  const char *branch = !depth ? "" : last ? "└── " : "├── ";
  if (lines-- <= 0) return;
  print_line(prefix, branch, task);
  size_t i = 0;
  weft__task *child = next_awaited(task, &i);
  if (task->shown || depth == MAX_DEPTH) {
    if (child) weft__report("%s    ... (see '%s' above)", prefix, task->name);
    return;
  }
  task->shown = true;
  char deeper[MAX_DEPTH * 6 + 1];
  weft__format(deeper, sizeof deeper, "%s%s", prefix,
               !depth ? ""
               : last ? "    "
                      : "│   ");
  while (child) {
    weft__task *next = next_awaited(task, &i);
    print(child, deeper, depth + 1, !next);
    child = next;
  }
}

#define EACH_TASK(task)                                                        \
  for (weft__node *n_ = weft__list_first(&weft__loop.tasks); n_;               \
       n_ = weft__list_next(&weft__loop.tasks, n_))                            \
    for (weft__task *task = weft__container(n_, weft__task, all); task;        \
         task = NULL)

void weft__tasks_report(void) {
  lines = MAX_LINES;
  EACH_TASK(task) task->shown = task->awaited = false;
  EACH_TASK(task) {
    size_t i = 0;
    for (weft__task *t; (t = next_awaited(task, &i));) t->awaited = true;
  }
  EACH_TASK(task) if (!task->awaited) print(task, "", 0, true);
  /* What is left waits in circles. */
  EACH_TASK(task) if (!task->shown && task->awaited) print(task, "", 0, true);
  if (lines < 0) weft__report("... and %d more", -lines);
}

void weft_print_tasks(void) {
  if (weft__loop.phase == WEFT__IDLE) return;
  weft__report("tasks:");
  weft__tasks_report();
}
