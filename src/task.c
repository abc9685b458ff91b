#include "task.h"

#include "cleanup.h"
#include "error.h"
#include "hooks.h"
#include "pool.h"

/* ---- stacks: a pool for each power of two from WEFT_STACK_MIN */

enum {
  STACK_CLASSES = 17, /* up to 64 MiB */
  COLOUR = 64, /* shifts each stack by a line of the cache, or all their tops
                  would compete for the same few */
};
static weft__pool stacks[STACK_CLASSES];

/* Unoptimised code has larger frames, and the stack check wants a reserve. */
static size_t stack_room(size_t asked) {
#ifdef WEFT_DEBUG
  return asked * 2 + 8192;
#else
  return asked;
#endif
}

/* STACK_CLASSES or more: too large. */
static int stack_class(size_t size) {
  size_t units = (stack_room(size) - 1) / WEFT_STACK_MIN;
  return units ? 64 - __builtin_clzll(units) : 0;
}

int weft__stack_check(size_t size) {
  if (stack_class(size) < STACK_CLASSES) return 0;
  return weft__fail(WEFT_EINVAL, "a stack of %z bytes: too large", size);
}

static bool stack_get(weft__task *task) {
  int class = task->stack_class;
  weft__pool *pool = &stacks[class];
  size_t size = ((size_t)WEFT_STACK_MIN << class) + COLOUR;
  char *stack = weft__pool_reuse(pool);
  if (!stack) {
    if (!pool->size) {
      weft__pool_init(pool, size, 16, size - sizeof(weft__link));
    }
    stack = weft__pool_carve(pool);
    if (!stack) return false;
  }
  weft__context_init(&task->context, stack, size, task->context.fn,
                     task->context.arg);
  if (weft__loop.hooks) weft__loop.hooks->got_stack(task);
  return true;
}

static void stack_put(weft__task *task) {
  weft__context_free(&task->context);
  if (!task->context.stack) return;
  weft__pool_put(&stacks[task->stack_class], task->context.stack);
  task->context.stack = NULL;
}

/* ---- one step of a task */

/* The main task keeps its stack: what is in its frame, such as a queue, stays
   good for the tasks that are left, which get cancelled after it. */
static void weft__task_end(weft__task *task, int result) {
  if (task->must_cancel && result >= 0) result = WEFT_ECANCELED;
  if (weft__loop.hooks) weft__loop.hooks->ended(task, result);
  weft__cleanups_run(task);
  if (task != weft__loop.main) stack_put(task);
  weft__list_remove(&task->all);
  weft__locals_drop(task->locals);
  task->locals = NULL;
  weft__complete(&task->future, result);
  weft__unpin(&task->future);
}

static void overflow(weft__task *task) {
  weft__fatal("task '%s' created at %s has overflowed its C stack of %z bytes; "
              "give it more with weft_task_options.stack_size",
              task->name, task->site, task->context.stack_size);
}

static void out_of_memory(weft__task *task, const char *what) {
  weft__loop.current = task; /* the message is the task's */
  weft__fail(WEFT_ENOMEM, "no memory for %s of task '%s' created at %s", what,
             task->name, task->site);
  weft__loop.current = NULL;
  weft__task_end(task, WEFT_ENOMEM);
}

/* Before the first step, or one that a cancel which nothing took goes with;
   false when the task has ended instead. */
weft__noinline static bool weft__begin_step(weft__task *task) {
  if (task->must_cancel) {
    task->must_cancel = false;
    task->wake = WEFT_ECANCELED;
    weft__last_code = 0;
    if (!task->context.stack) {
      weft__task_end(task, WEFT_ECANCELED);
      return false;
    }
  }
  if (task->context.stack || stack_get(task)) return true;
  out_of_memory(task, "the C stack");
  return false;
}

/* After the last step. */
weft__noinline static void end_step(weft__task *task, weft__switch how) {
  if (how == WEFT__OVERFLOW) overflow(task);
  if (how == WEFT__OUT_OF_MEMORY) {
    out_of_memory(task, "the parked frames");
  } else {
    weft__task_end(task, task->abandoned ? task->wake : task->context.result);
  }
}

/* Named in asyncify.remove: it never suspends itself. It is the switch's half:
   what is not done in each step is kept out of it, for its frame's sake. */
void weft__task_step(weft__handle *handle) {
  weft__task *task = weft__container(handle, weft__task, handle);
  if ((task->must_cancel || !task->context.stack) && !weft__begin_step(task))
    return;
  task->wait = NULL;
  weft__loop.current = task;
  weft__switch how = weft__context_resume(&task->context);
  weft__loop.current = NULL;
  if (how != WEFT__SUSPENDED || task->abandoned) end_step(task, how);
}

/* ---- creation */

static bool weft__cancel_awaited(weft__task *task) {
  const weft__wait *wait = task->wait;
  return !weft__done(wait->on) && wait->on->cancel(wait->on);
}

/* The task that this one waits for in weft__wait_on, if it does. */
static weft__task *awaited_task(const weft__task *task) {
  const weft__wait *wait = task->wait;
  if (!wait || wait->cancel != weft__cancel_awaited) return NULL;
  return wait->on->is_task && !weft__done(wait->on) ? weft__task_of(wait->on)
                                                    : NULL;
}

/*
 * A request goes down the chain of tasks that wait for each other to the one
 * at its end; a loop, not a recursion, as chains may be long. Where the chain
 * ends in a circle, the last task of it that was not met before is woken.
 */
static bool weft__task_cancel(weft__future *future) {
  weft__task *first = weft__task_of(future), *task = first, *next;
  for (;;) {
    task->cancel_requests++;
    /* Of several requests before it resumes, the first one's reason counts. */
    bool told = task->wait && task->wake == WEFT_ECANCELED;
    if (!told) weft__note_reason(&task->future);
    if (weft__loop.hooks) weft__loop.hooks->cancelled(task);
    task->met = true;
    next = awaited_task(task);
    if (!next || next->met) break;
    task = next;
  }
  for (weft__task *t = first; t && t->met; t = awaited_task(t)) t->met = false;
  if (next) {
    weft__list_remove(&task->handle.node);
    task->wake = WEFT_ECANCELED;
    weft__ready(&task->handle);
    task->wait = NULL;
  } else if (!task->wait || !task->wait->cancel || !task->wait->cancel(task)) {
    task->must_cancel = true;
  }
  return true;
}

/* Apart, as all messages of what is called often: their arguments take a frame
   of C stack. */
weft__noinline static void *refuse_size(size_t size, const char *name,
                                        const char *site) {
  weft__fail(WEFT_EINVAL, "a stack of %z bytes for task '%s' at %s: too large",
             size, name, site);
  return NULL;
}

weft__noinline static void *refuse_memory(const char *name, const char *site) {
  weft__fail(WEFT_ENOMEM, "no memory for task '%s' created at %s", name, site);
  return NULL;
}

weft__task *weft__task_new(weft_fn fn, void *arg,
                           const weft_task_options *options, const char *name,
                           const char *site) {
  const weft__hooks *hooks = weft__loop.hooks;
  if (options && options->name) name = options->name;
  size_t stack_size = options ? options->stack_size : 0;
  if (!stack_size) stack_size = WEFT_STACK_SIZE;
  int class = stack_class(stack_size);
  if (class >= STACK_CLASSES) return refuse_size(stack_size, name, site);
  weft__future *future =
      weft__future_make(sizeof(weft__task) + (hooks ? hooks->extra : 0));
  if (!future) return refuse_memory(name, site);
  weft__task *task = weft__task_of(future);
  weft__pin(future);
  future->is_task = true;
  future->cancel = weft__task_cancel;
  task->handle.run = hooks ? hooks->step : weft__task_step;
  task->context.stack = NULL;
  task->context.extra = NULL;
  task->context.fn = fn;
  task->context.arg = arg;
  task->wait = NULL;
  task->name = name;
  task->site = site;
  task->stack_class = (uint8_t)class;
  task->locals = weft__locals_share(weft__locals_current());
  task->wake = 0;
  task->cancel_requests = 0;
  task->must_cancel = task->closing = task->abandoned = task->met = false;
  if (options && options->cleanup &&
      weft__cleanup_add(task, options->cleanup, arg) < 0) {
    weft__locals_drop(task->locals);
    weft__unpin(future);
    return NULL;
  }
  weft__list_append(&weft__loop.tasks, &task->all);
  if (hooks) hooks->created(task);
  weft__ready(&task->handle);
  return task;
}

/* ---- waiting */

weft__noinline static weft__task *no_current(void) {
  if (weft__loop.cpu_job) {
    weft__refuse_wait();
  } else {
    weft__fail(WEFT_ENOTRUNNING, "called outside a task of weft_run");
  }
  return NULL;
}

weft__task *weft__current(void) {
  weft__task *task = weft__loop.current;
  return task && !weft__loop.cpu_job ? task : no_current();
}

void weft__wait_begin(weft__wait *wait, weft__future *future,
                      const char *what) {
  *wait = (weft__wait){what, weft__cancel_awaited, future};
  weft__list_append(&future->callbacks, &weft__loop.current->handle.node);
  weft__suspend_begin(wait);
}

int weft__wait_on(weft__future *future, const char *what) {
  if (weft__done(future)) return 0;
  weft__wait wait;
  weft__wait_begin(&wait, future, what);
  return weft__suspend_end();
}

/* ---- the public functions on tasks */

static weft__task *lookup_task(weft_task *handle) {
  weft__future *future = weft__lookup(handle);
  return future && future->is_task ? weft__task_of(future) : NULL;
}

static int lookup_task_error(weft_task *handle) {
  if (!weft__lookup(handle)) return weft__lookup_error(handle);
  return weft__fail(WEFT_EINVAL, "the future is not a task");
}

int weft_uncancel(weft_task *handle) {
  weft__task *task = lookup_task(handle);
  if (!task) return lookup_task_error(handle);
  if (task->cancel_requests > 0 && --task->cancel_requests == 0) {
    task->must_cancel = false;
  }
  return task->cancel_requests;
}

int weft_cancelling(weft_task *handle) {
  weft__task *task = lookup_task(handle);
  return task ? task->cancel_requests : lookup_task_error(handle);
}

weft_task *weft_current_task(void) {
  weft__task *task = weft__loop.current;
  return task ? weft__handle_of(&task->future) : NULL;
}

const char *weft_task_name(weft_task *handle) {
  weft__task *task = lookup_task(handle);
  return task ? task->name : NULL;
}

int weft_task_set_name(weft_task *handle, const char *name) {
  weft__task *task = lookup_task(handle);
  if (!task) return lookup_task_error(handle);
  if (!name) return weft__fail(WEFT_EINVAL, "the name is NULL");
  task->name = name;
  return 0;
}

size_t weft_all_tasks(weft_task **tasks, size_t size) {
  size_t count = 0;
  if (weft__loop.phase == WEFT__IDLE) return 0;
  for (weft__node *n = weft__list_first(&weft__loop.tasks); n;
       n = weft__list_next(&weft__loop.tasks, n), count++) {
    weft__task *task = weft__container(n, weft__task, all);
    if (count < size) tasks[count] = weft__handle_of(&task->future);
  }
  return count;
}

/* ---- ends that are not the task's own */

/* What it waits for, or was about to when no stack was left, has it no more. */
weft__noinline static void weft__let_go(weft__task *task) {
  if (!task->wait) return;
  task->abandoned = true;
  if (task->wait->cancel) task->wait->cancel(task);
  weft__list_remove(&task->handle.node);
}

void weft__task_lost(int code, const char *message) {
  weft__task *task = weft__loop.current;
  if (weft__context_overflowed(&task->context)) overflow(task);
  weft__fail(code, "task '%s' created at %s: %s", task->name, task->site,
             message);
  weft__let_go(task);
  weft__loop.current = NULL;
  weft__task_end(task, code);
}

#ifdef WEFT_DEBUG
void weft__stack_overflowed(void) {
  weft__task *task = weft__loop.current;
  if (!task) weft__fatal("the main function has overflowed its C stack");
  task->abandoned = true;
  task->wake = weft__fail(
      WEFT_ESTACK,
      "task '%s' created at %s has overflowed its C stack of %z bytes; give it "
      "more with weft_task_options.stack_size",
      task->name, task->site, task->context.stack_size);
  weft__context_suspend();
}
#endif

void weft__tasks_close(void) {
  for (weft__node *n; (n = weft__list_first(&weft__loop.tasks));) {
    weft__task *task = weft__container(n, weft__task, all);
    weft__let_go(task);
    weft__task_end(task, WEFT_ECANCELED);
  }
  stack_put(weft__loop.main);
  for (int i = 0; i < STACK_CLASSES; i++) {
    if (stacks[i].size) weft__pool_clear(&stacks[i]);
  }
}
