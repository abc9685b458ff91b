/*
 * What a program of the differential test works on, and its ops: a part of
 * weft_side.c.
 */
#ifndef WEFT_TESTS_WEFT_OPS_H
#define WEFT_TESTS_WEFT_OPS_H

#include <stdio.h>
#include <string.h>
#include <weft.h>

enum {
  MOST_TASKS = 16,
  MOST_OPS = 512,
  MOST_ARGS = 12,
  MOST_GROUPS = 64,
  MOST_CHILDREN = 1024
};

static const double unit = 1.0 / (1 << 20); /* of times, in seconds */
static const double longest =
    1000; /* that the main task waits for the others */

/* A task that runs. */
typedef struct script {
  int number;
  weft_task_group *group; /* the innermost one */
  weft_timeout *scope;    /* the innermost one */
  weft_future *call;      /* the last one made; NULL: none */
  bool returned;          /* by the op `return` */
  char note[128]; /* what an op has to say instead of its result; or empty */
} script;

typedef int (*op_fn)(script *s, const int *args, int count);

typedef struct op {
  bool goes_on; /* when it fails */
  char name[24];
  op_fn run; /* NULL: a scope */
  int args[MOST_ARGS], count;
} op;

/* The program that runs, and its objects. */
static struct {
  op ops[MOST_TASKS][MOST_OPS];
  int counts[MOST_TASKS];
  int numbers[6];
} program;
static weft_task *tasks[MOST_TASKS];
static weft_lock locks[2];
static weft_event events[2];
static weft_condition conditions[2];
static weft_semaphore semaphores[2];
static weft_barrier barrier;
static weft_queue queues[3];
static weft_future *futures[2];
static weft_task_group *groups[MOST_GROUPS]; /* those that are open */
static int group_count;

/* ---- results */

static void add_note(script *s, const char *text) {
  size_t used = strlen(s->note);
  snprintf(s->note + used, sizeof s->note - used, "%s%s", used ? " " : "",
           text);
}

static void add_result(script *s, int result) {
  char text[32];
  snprintf(text, sizeof text, "%d", result);
  add_note(s, result < 0 ? weft_error_name(result) + strlen("WEFT_") : text);
}

/* An error that an op or a task has ended with, with the reason of a cancel. */
static void add_error(script *s, int error) {
  add_result(s, error);
  const char *reason = weft_errmsg(error);
  if (error == WEFT_ECANCELED && strcmp(reason, weft_strerror(error)) != 0) {
    add_note(s, reason);
  }
}

/* The op had nothing to work on. */
static int nothing(script *s) {
  add_note(s, "-");
  return 0;
}

/* ---- ops on tasks */

#define OP(name)                                                               \
  static int op_##name(__attribute__((unused)) script *s,                      \
                       __attribute__((unused)) const int *args,                \
                       __attribute__((unused)) int count)

/* An op on the task whose number is its first argument. */
#define TASK_OP(name, expression)                                              \
  OP(name) {                                                                   \
    weft_task *task = tasks[args[0]];                                          \
    return task ? (expression) : nothing(s);                                   \
  }

static int run_task(void *arg);

/* Those of the tasks that exist. */
static size_t spawned(const int *numbers, int count, weft_task **found) {
  size_t n = 0;
  for (int i = 0; i < count; i++) {
    if (tasks[numbers[i]]) found[n++] = tasks[numbers[i]];
  }
  return n;
}

static double seconds(int units) {
  return units < 0 ? WEFT_FOREVER : units * unit;
}

static void cancel_call(void *arg) { weft_cancel(arg); }

static void done_call(weft_future *future, void *arg) {
  (void)future;
  printf("%d on_done\n", (int)(intptr_t)arg);
}

TASK_OP(await, weft_await(task))
TASK_OP(wait_for, weft_wait_for(task, seconds(args[1])))
TASK_OP(shield, weft_await_release(weft_shield(task)))
TASK_OP(cancel, weft_cancel(task))
TASK_OP(cancelling, weft_cancelling(task))
TASK_OP(off_done, weft_future_remove_done_callback(task, done_call,
                                                   (void *)(intptr_t)s->number))

static int made_call(script *s, weft_future *call) {
  if (s->call) weft_release(s->call);
  s->call = call;
  return 0;
}

TASK_OP(soon, made_call(s, weft_call_soon(cancel_call, task)))
TASK_OP(later,
        made_call(s, weft_call_later(seconds(args[1]), cancel_call, task)))

OP(recall) {
  if (!s->call) return nothing(s);
  weft_cancel(s->call);
  return made_call(s, NULL);
}

OP(cancel_with) {
  weft_task *task = tasks[args[0]];
  if (!task) return nothing(s);
  char reason[32];
  snprintf(reason, sizeof reason, "because %d", args[1]);
  return weft_cancel_with(task, reason);
}

OP(tasks) { return (int)weft_all_tasks(NULL, 0); }

/* ---- ops on task-local values and cleanup functions */

static const weft_local locals[2] = {{"v0", NULL}, {"v1", NULL}};

/* What a call or a cleanup function has to say, in one word. */
static void *packed(const script *s, int value) {
  return (void *)(intptr_t)(s->number << 16 | value);
}
static int number_of(void *arg) { return (int)((intptr_t)arg >> 16); }
static int value_of(void *arg) { return (int)((intptr_t)arg & 0xffff); }

static int local_value(int i) {
  return (int)(intptr_t)weft_local_get(&locals[i]);
}

static void tell_local(void *arg) {
  printf("%d local %d\n", number_of(arg), local_value(value_of(arg)));
}

static void tell_local_done(weft_future *future, void *arg) {
  (void)future;
  tell_local(arg);
}

static void tell_cleanup(void *arg) {
  printf("%d cleanup %d\n", number_of(arg), value_of(arg));
}

OP(local_get) { return local_value(args[0]); }
OP(local_set) {
  return weft_local_set(&locals[args[0]], (void *)(intptr_t)args[1]);
}
OP(local_soon) {
  return weft_release(weft_call_soon(tell_local, packed(s, args[0])));
}
TASK_OP(local_done, weft_future_add_done_callback(task, tell_local_done,
                                                  packed(s, args[1])))

/* ---- ops on calls and callbacks */

static void say(void *arg) {
  printf("%d said %d\n", number_of(arg), value_of(arg));
}

OP(say_soon) { return made_call(s, weft_call_soon(say, packed(s, args[0]))); }
OP(say_later) {
  return made_call(s,
                   weft_call_later(seconds(args[0]), say, packed(s, args[1])));
}
OP(say_at) {
  return made_call(s, weft_call_at(seconds(args[0]), say, packed(s, args[1])));
}

static void set_event(void *arg) { weft_event_set(arg); }
OP(soon_set) {
  return made_call(s, weft_call_soon(set_event, &events[args[0]]));
}

enum { VALUES = 1000 }; /* values are below */

static void put_now(void *arg) {
  int value = value_of(arg) % VALUES;
  int rc = weft_queue_put_nowait(&queues[value_of(arg) / VALUES], &value);
  printf("%d put %s\n", number_of(arg),
         rc < 0 ? weft_error_name(rc) + strlen("WEFT_") : "0");
}
OP(soon_put) {
  void *what = packed(s, args[0] * VALUES + args[1]);
  return made_call(s, weft_call_soon(put_now, what));
}

static void done_sets(weft_future *future, void *arg) {
  (void)future;
  weft_event_set(arg);
}
static void done_cancels(weft_future *future, void *arg) {
  (void)future;
  weft_cancel(arg);
}
TASK_OP(done_set,
        weft_future_add_done_callback(task, done_sets, &events[args[1]]))
TASK_OP(done_cancel,
        !tasks[args[1]]
            ? nothing(s)
            : weft_future_add_done_callback(task, done_cancels, tasks[args[1]]))

OP(cleanup_push) { return weft_cleanup_push(tell_cleanup, packed(s, args[0])); }
OP(cleanup_pop) { return weft_cleanup_pop(args[0]); }
TASK_OP(on_done, weft_future_add_done_callback(task, done_call,
                                               (void *)(intptr_t)s->number))

OP(sleep) { return weft_sleep(seconds(args[0])); }
OP(sleep_result) { return weft_sleep_result(seconds(args[0]), args[1]); }

OP(spawn) {
  int k = args[0];
  if (tasks[k]) return nothing(s);
  tasks[k] = weft_create_task(run_task, (void *)(intptr_t)k);
  return 0;
}

OP(eager_spawn) {
  int k = args[0];
  if (tasks[k]) return nothing(s);
  static const weft_task_options options = {.eager = true};
  tasks[k] = weft_create_task_with(run_task, (void *)(intptr_t)k, &options);
  return 0;
}

/* Into a group, which may be NULL: there is none. */
static int spawn_in(script *s, weft_task_group *group, int k, bool eager) {
  if (!group || tasks[k]) return nothing(s);
  weft_task_options options = {.eager = eager};
  tasks[k] = weft_task_group_create_task_with(group, run_task,
                                              (void *)(intptr_t)k, &options);
  if (!tasks[k]) add_note(s, "ECLOSED");
  return 0;
}

OP(group_spawn) { return spawn_in(s, s->group, args[0], false); }
OP(group_eager) { return spawn_in(s, s->group, args[0], true); }

/* Tasks without a script: they sleep, and may fail then. */
static struct child {
  int number, units;
  bool fails;
} children[MOST_CHILDREN];
static int child_count;

static int run_child(void *arg) {
  const struct child *c = arg;
  int rc = weft_sleep(seconds(c->units));
  if (rc >= 0 && c->fails) rc = WEFT_EPROTO;
  printf("%d child %s\n", c->number,
         rc < 0 ? weft_error_name(rc) + strlen("WEFT_") : "0");
  return rc;
}

static int child_in(script *s, weft_task_group *group, const int *args) {
  if (!group) return nothing(s);
  struct child *c = &children[child_count++ % MOST_CHILDREN];
  *c = (struct child){s->number, args[0], args[1]};
  weft_task *task = weft_task_group_create_task(group, run_child, c);
  if (!task) add_note(s, "ECLOSED");
  if (task) weft_release(task);
  return 0;
}

static weft_task_group *any_group(void) {
  return group_count ? groups[group_count - 1] : NULL;
}

OP(group_child) { return child_in(s, s->group, args); }
OP(any_child) { return child_in(s, any_group(), args); }
OP(any_spawn) { return spawn_in(s, any_group(), args[0], false); }

OP(reschedule) {
  if (!s->scope) return nothing(s);
  return weft_timeout_reschedule(s->scope, seconds(args[0]));
}

OP(expired) { return s->scope ? weft_timeout_expired(s->scope) : nothing(s); }

OP(uncancel) { return weft_uncancel(weft_current_task()); }

OP(state) {
  weft_task *task = tasks[args[0]];
  if (!task) return nothing(s);
  if (weft_cancelled(task)) {
    add_note(s, "cancelled");
  } else if (!weft_done(task)) {
    add_note(s, "pending");
  } else {
    add_result(s, weft_result(task));
  }
  return 0;
}

static int gather(script *s, weft_future **found, size_t n, bool errors) {
  int results[MOST_ARGS];
  if (!n) return nothing(s);
  int rc = errors ? weft_gather_return_errors(found, n, results)
                  : weft_gather(found, n, results);
  for (size_t i = 0; rc >= 0 && i < n; i++) add_result(s, results[i]);
  return rc;
}

static int wait_until(script *s, weft_future **found, size_t n, int until,
                      int units) {
  if (!n) return nothing(s);
  int rc = weft_wait(found, n, (weft_wait_until)until, seconds(units));
  for (size_t i = 0; rc >= 0 && i < n; i++) add_result(s, weft_done(found[i]));
  return rc;
}

OP(gather) {
  weft_task *found[MOST_ARGS];
  size_t n = spawned(args + 1, count - 1, found);
  return gather(s, found, n, args[0]);
}
OP(gather_futures) { return gather(s, futures, 2, args[0]); }

OP(wait) {
  weft_task *found[MOST_ARGS];
  size_t n = spawned(args + 2, count - 2, found);
  return wait_until(s, found, n, args[0], args[1]);
}
OP(wait_futures) { return wait_until(s, futures, 2, args[0], args[1]); }

static void end_as_completed(void *arg) { weft_as_completed_end(arg); }

OP(as_completed) {
  weft_task *found[MOST_ARGS], *some[MOST_ARGS];
  size_t n = spawned(args + 1, count - 1, found), some_count = 0;
  bool done = false; /* asyncio_side.py says why there is only one such */
  for (size_t i = 0; i < n; i++) {
    bool this_done = weft_done(found[i]);
    if (!this_done || !done) some[some_count++] = found[i];
    done = done || this_done;
  }
  weft_as_completed next;
  int rc = weft_as_completed_begin(&next, some, some_count, seconds(args[0]));
  if (rc < 0) return rc;
  /* In a deadlock this is its end. */
  rc = weft_cleanup_push(end_as_completed, &next);
  if (rc < 0) {
    weft_as_completed_end(&next);
    return rc;
  }
  for (weft_future *f; (rc = weft_as_completed_next(&next, &f)) > 0;) {
    for (size_t i = 0; i < some_count; i++) {
      if (some[i] == f) add_result(s, (int)i);
    }
  }
  weft_cleanup_pop(true);
  add_note(s, rc < 0 ? weft_error_name(rc) + strlen("WEFT_") : "all");
  return 0;
}

/* ---- ops on locks, queues and futures */

OP(lock) { return weft_lock_acquire(&locks[args[0]]); }
OP(unlock) { return weft_lock_release(&locks[args[0]]); }
OP(locked) { return weft_lock_locked(&locks[args[0]]); }

OP(event_wait) { return weft_event_wait(&events[args[0]]); }
OP(event_is_set) { return weft_event_is_set(&events[args[0]]); }
OP(event_set) {
  weft_event_set(&events[args[0]]);
  return 0;
}
OP(event_clear) {
  weft_event_clear(&events[args[0]]);
  return 0;
}

OP(condition_acquire) { return weft_condition_acquire(&conditions[args[0]]); }
OP(condition_release) { return weft_condition_release(&conditions[args[0]]); }
OP(condition_wait) { return weft_condition_wait(&conditions[args[0]]); }
static int is_set(void *event) { return weft_event_is_set(event); }
OP(condition_wait_for) {
  int rc =
      weft_condition_wait_for(&conditions[args[0]], is_set, &events[args[0]]);
  return rc < 0 ? rc : 0;
}
OP(condition_notify) {
  return weft_condition_notify(&conditions[args[0]], (size_t)args[1]);
}
OP(condition_notify_all) {
  return weft_condition_notify_all(&conditions[args[0]]);
}

OP(semaphore_acquire) { return weft_semaphore_acquire(&semaphores[args[0]]); }
OP(semaphore_release) { return weft_semaphore_release(&semaphores[args[0]]); }
OP(semaphore_locked) { return weft_semaphore_locked(&semaphores[args[0]]); }

OP(barrier_wait) { return weft_barrier_wait(&barrier); }
OP(barrier_reset) { return weft_barrier_reset(&barrier); }
OP(barrier_abort) { return weft_barrier_abort(&barrier); }
OP(barrier_broken) { return weft_barrier_broken(&barrier); }
OP(barrier_waiting) { return (int)weft_barrier_waiting(&barrier); }

OP(put) { return weft_queue_put(&queues[args[0]], &args[1]); }
OP(put_nowait) { return weft_queue_put_nowait(&queues[args[0]], &args[1]); }
OP(get) {
  int item, rc = weft_queue_get(&queues[args[0]], &item);
  return rc < 0 ? rc : item;
}
OP(get_nowait) {
  int item, rc = weft_queue_get_nowait(&queues[args[0]], &item);
  return rc < 0 ? rc : item;
}
OP(task_done) { return weft_queue_task_done(&queues[args[0]]); }
OP(join) { return weft_queue_join(&queues[args[0]]); }
OP(queue_size) { return (int)weft_queue_size(&queues[args[0]]); }
OP(queue_full) { return weft_queue_full(&queues[args[0]]); }
OP(queue_empty) { return weft_queue_empty(&queues[args[0]]); }
OP(shutdown) {
  weft_queue_shutdown(&queues[args[0]], args[1]);
  return 0;
}

OP(future_set) { return weft_future_set_result(futures[args[0]], args[1]); }
OP(future_fail) {
  return weft_future_set_error(futures[args[0]], WEFT_EIO, NULL);
}
OP(future_wait) { return weft_await(futures[args[0]]); }
OP(future_cancel) { return weft_cancel(futures[args[0]]); }
OP(future_shield) { return weft_await_release(weft_shield(futures[args[0]])); }
OP(future_wait_for) {
  return weft_wait_for(futures[args[0]], seconds(args[1]));
}
OP(future_on_done) {
  return weft_future_add_done_callback(futures[args[0]], done_call,
                                       (void *)(intptr_t)s->number);
}

OP(return) {
  s->returned = true;
  return args[0];
}

OP(fail) {
  static const int codes[] = {WEFT_EIO, WEFT_EPROTO, WEFT_EACCES};
  return codes[args[0]];
}

static const struct {
  const char *name;
  op_fn run;
} ops[] = {
#define NAMED(name) {#name, op_##name}
    NAMED(sleep),
    NAMED(spawn),
    NAMED(eager_spawn),
    NAMED(reschedule),
    NAMED(group_spawn),
    NAMED(await),
    NAMED(wait_for),
    NAMED(shield),
    NAMED(cancel),
    NAMED(uncancel),
    NAMED(cancelling),
    NAMED(state),
    NAMED(gather),
    NAMED(wait),
    NAMED(as_completed),
    NAMED(cancel_with),
    NAMED(recall),
    NAMED(off_done),
    NAMED(tasks),
    NAMED(local_set),
    NAMED(local_get),
    NAMED(local_soon),
    NAMED(local_done),
    NAMED(cleanup_push),
    NAMED(cleanup_pop),
    NAMED(condition_wait_for),
    NAMED(soon),
    NAMED(later),
    NAMED(on_done),
    NAMED(lock),
    NAMED(unlock),
    NAMED(locked),
    NAMED(event_wait),
    NAMED(event_set),
    NAMED(event_clear),
    NAMED(event_is_set),
    NAMED(condition_acquire),
    NAMED(condition_release),
    NAMED(condition_wait),
    NAMED(condition_notify),
    NAMED(condition_notify_all),
    NAMED(semaphore_acquire),
    NAMED(semaphore_release),
    NAMED(semaphore_locked),
    NAMED(barrier_wait),
    NAMED(barrier_reset),
    NAMED(barrier_abort),
    NAMED(barrier_waiting),
    NAMED(put),
    NAMED(put_nowait),
    NAMED(get),
    NAMED(get_nowait),
    NAMED(task_done),
    NAMED(join),
    NAMED(queue_size),
    NAMED(shutdown),
    NAMED(future_set),
    NAMED(future_fail),
    NAMED(future_wait),
    NAMED(future_cancel),
    NAMED(group_eager),
    NAMED(group_child),
    NAMED(any_child),
    NAMED(any_spawn),
    NAMED(expired),
    NAMED(sleep_result),
    NAMED(say_soon),
    NAMED(say_later),
    NAMED(say_at),
    NAMED(soon_set),
    NAMED(soon_put),
    NAMED(done_set),
    NAMED(done_cancel),
    NAMED(barrier_broken),
    NAMED(queue_full),
    NAMED(queue_empty),
    NAMED(future_shield),
    NAMED(future_wait_for),
    NAMED(future_on_done),
    NAMED(gather_futures),
    NAMED(wait_futures),
    NAMED(return),
    NAMED(fail),
    {"timeout", NULL},
    {"timeout_at", NULL},
    {"group", NULL},
};

#endif
