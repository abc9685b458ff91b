#include "cleanup.h"

#include "error.h"

#include <stdlib.h>

void weft__cleanup_remove(weft__task *task, weft__cleanup *cleanup) {
  weft__cleanup *first = task->future.owner;
  if (first == cleanup) {
    task->future.owner = cleanup->next;
    return;
  }
  for (weft__cleanup *c = first; c; c = c->next) {
    if (c->next != cleanup) continue;
    c->next = cleanup->next;
    return;
  }
}

void weft__cleanups_run(weft__task *task) {
  for (weft__cleanup *c; (c = task->future.owner);) {
    task->future.owner = c->next;
    c->run(c);
  }
}

/* A function of the program's. */
typedef struct pushed {
  weft__cleanup cleanup;
  void (*fn)(void *arg);
  void *arg;
  bool by_task; /* not of its options */
} pushed;

static pushed *pushed_of(weft__cleanup *cleanup) {
  return weft__container(cleanup, pushed, cleanup);
}

static void run_pushed(weft__cleanup *cleanup) {
  pushed *p = pushed_of(cleanup);
  p->fn(p->arg);
  free(p);
}

int weft__cleanup_add(weft__task *task, void (*fn)(void *arg), void *arg) {
  pushed *p = malloc(sizeof *p);
  if (!p) return weft__fail(WEFT_ENOMEM, "no memory for a cleanup function");
  *p = (pushed){{.run = run_pushed}, fn, arg};
  weft__cleanup_push(task, &p->cleanup);
  return 0;
}

int weft_cleanup_push(void (*fn)(void *arg), void *arg) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  int rc = weft__cleanup_add(task, fn, arg);
  if (rc >= 0) pushed_of(task->future.owner)->by_task = true;
  return rc;
}

int weft_cleanup_pop(bool run) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  weft__cleanup *last = task->future.owner;
  if (!last || last->run != run_pushed || !pushed_of(last)->by_task) {
    return weft__fail(WEFT_EINVAL, "there is no cleanup function to take back, "
                                   "or a timeout or group that was opened "
                                   "after it is still open");
  }
  task->future.owner = last->next;
  pushed *p = pushed_of(last);
  void (*fn)(void *arg) = p->fn;
  void *arg = p->arg;
  free(p);
  if (run) fn(arg);
  return 0;
}
