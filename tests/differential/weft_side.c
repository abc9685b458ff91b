/*
 * Runs programs of the differential test (programs.mjs) on weft. Programs come
 * on stdin, their traces go to stdout, as asyncio_side.py does it on asyncio.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

enum { MOST_TASKS = 16, MOST_OPS = 128, MOST_ARGS = 12 };

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

OP(cleanup_push) { return weft_cleanup_push(tell_cleanup, packed(s, args[0])); }
OP(cleanup_pop) { return weft_cleanup_pop(args[0]); }
TASK_OP(on_done, weft_future_add_done_callback(task, done_call,
                                               (void *)(intptr_t)s->number))

OP(sleep) { return weft_sleep(seconds(args[0])); }

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

OP(group_spawn) {
  int k = args[0];
  if (!s->group || tasks[k]) return nothing(s);
  tasks[k] =
      weft_task_group_create_task(s->group, run_task, (void *)(intptr_t)k);
  if (!tasks[k]) add_note(s, "ECLOSED");
  return 0;
}

OP(reschedule) {
  if (!s->scope) return nothing(s);
  return weft_timeout_reschedule(s->scope, seconds(args[0]));
}

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

OP(gather) {
  weft_task *found[MOST_ARGS];
  int results[MOST_ARGS];
  size_t n = spawned(args + 1, count - 1, found);
  if (!n) return nothing(s);
  int rc = args[0] ? weft_gather_return_errors(found, n, results)
                   : weft_gather(found, n, results);
  for (size_t i = 0; rc >= 0 && i < n; i++) add_result(s, results[i]);
  return rc;
}

OP(wait) {
  weft_task *found[MOST_ARGS];
  size_t n = spawned(args + 2, count - 2, found);
  if (!n) return nothing(s);
  int rc = weft_wait(found, n, (weft_wait_until)args[0], seconds(args[1]));
  for (size_t i = 0; rc >= 0 && i < n; i++) add_result(s, weft_done(found[i]));
  return rc;
}

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
  weft_cleanup_push(end_as_completed,
                    &next); /* in a deadlock this is its end */
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

OP(return) {
  s->returned = true;
  return args[0];
}

OP(fail) {
  static const int codes[] = {WEFT_EIO, WEFT_EPROTO, WEFT_EACCES};
  return codes[args[0]];
}

/* ---- running a script */

static int run_ops(script *s, int first, int end);

/* Scopes: their last argument is how many ops are inside. */
static int run_timeout(script *s, int i, const op *o) {
  weft_timeout scope, *outer = s->scope;
  int rc = strcmp(o->name, "timeout_at") == 0
               ? weft_timeout_begin_at(&scope, seconds(o->args[0]))
               : weft_timeout_begin(&scope, seconds(o->args[0]));
  if (rc < 0) return rc;
  s->scope = &scope;
  rc = run_ops(s, i + 1, i + 1 + o->args[1]);
  s->scope = outer;
  return weft_timeout_end(&scope, rc);
}

static int run_group(script *s, int i, const op *o) {
  weft_task_group group, *outer = s->group;
  int rc = weft_task_group_begin(&group);
  if (rc < 0) return rc;
  s->group = &group;
  rc = run_ops(s, i + 1, i + 1 + o->args[0]);
  s->group = outer;
  return weft_task_group_end(&group, rc);
}

static int run_scope(script *s, int i, const op *o) {
  int rc =
      strcmp(o->name, "group") == 0 ? run_group(s, i, o) : run_timeout(s, i, o);
  s->note[0] = 0;
  if (rc < 0) s->returned = false; /* an error takes the return's place */
  if (s->returned) add_result(s, 0);
  return rc;
}

/*
 * Runs the ops from first to end. The result is that of the op that failed or
 * returned (then s->returned is set), else 0.
 */
static int run_ops(script *s, int first, int end) {
  for (int i = first, next; i < end; i = next) {
    const op *o = &program.ops[s->number][i];
    next = i + 1 + (o->run ? 0 : o->args[o->count - 1]);
    s->note[0] = 0;
    int rc = o->run ? o->run(s, o->args, o->count) : run_scope(s, i, o);
    if (o->run && s->returned) return rc;
    if (rc < 0) {
      s->note[0] = 0;
      add_error(s, rc);
    } else if (!s->note[0]) {
      add_result(s, rc);
    }
    printf("%d.%d %s %s\n", s->number, i, o->name, s->note);
    if (s->returned || (rc < 0 && !o->goes_on)) return rc;
  }
  return 0;
}

static int run_task(void *arg) {
  script s = {.number = (int)(intptr_t)arg};
  int rc = run_ops(&s, 0, program.counts[s.number]);
  s.note[0] = 0;
  if (rc < 0)
    add_error(&s, rc);
  else
    add_result(&s, rc);
  printf("%d end %s\n", s.number, s.note);
  made_call(&s, NULL);
  return rc;
}

static int run_main(void *arg) {
  (void)arg;
  for (int i = 0; i < 2; i++) futures[i] = weft_future_new();
  tasks[1] = weft_create_task(run_task, (void *)(intptr_t)1);
  int rc = weft_sleep(longest);
  puts("main end");
  return rc;
}

static int by_value(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

static void run_program(void) {
  const int *n = program.numbers;
  memset(tasks, 0, sizeof tasks);
  memset(locks, 0, sizeof locks);
  memset(events, 0, sizeof events);
  memset(conditions, 0, sizeof conditions);
  conditions[1].lock = &locks[1];
  weft_semaphore_init(&semaphores[0], (unsigned)n[0]);
  weft_bounded_semaphore_init(&semaphores[1], (unsigned)n[1]);
  weft_barrier_init(&barrier, (unsigned)n[2]);
  weft_queue_init(&queues[0], sizeof(int), (size_t)n[3]);
  weft_lifo_queue_init(&queues[1], sizeof(int), (size_t)n[4]);
  weft_priority_queue_init(&queues[2], sizeof(int), (size_t)n[5], by_value);
  weft_run_options options = {.virtual_clock = true, .stack_size = 32 << 10};
  if (weft_run_with(run_main, NULL, &options) == WEFT_EDEADLK) puts("deadlock");
  for (int i = 0; i < 3; i++) weft_queue_free(&queues[i]);
}

/* ---- reading */

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
    NAMED(return),
    NAMED(fail),
    {"timeout", NULL},
    {"timeout_at", NULL},
    {"group", NULL},
};

static void read_op(op *o, char *line) {
  char *word = strtok(line, " \n");
  o->goes_on = *word == 'c';
  snprintf(o->name, sizeof o->name, "%s", strtok(NULL, " \n"));
  for (o->count = 0; (word = strtok(NULL, " \n"));) {
    o->args[o->count++] = atoi(word);
  }
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
    o->run = ops[i].run;
    if (strcmp(ops[i].name, o->name) == 0) return;
  }
  fprintf(stderr, "unknown op %s\n", o->name);
  exit(2);
}

static void read_objects(const char *line) {
  int *n = program.numbers;
  sscanf(line, "objects %d %d %d %d %d %d", &n[0], &n[1], &n[2], &n[3], &n[4],
         &n[5]);
}

int main(void) {
  char line[256];
  int task = 0;
  bool any = false;
  while (fgets(line, sizeof line, stdin)) {
    if (strncmp(line, "program ", 8) == 0) {
      if (any) run_program();
      any = true;
      memset(&program, 0, sizeof program);
      fputs(line, stdout);
      fflush(stdout); /* a crash is then seen where it happens */
    } else if (strncmp(line, "objects ", 8) == 0) {
      read_objects(line);
    } else if (strncmp(line, "task ", 5) == 0) {
      task = atoi(line + 5);
    } else {
      read_op(&program.ops[task][program.counts[task]++], line);
    }
  }
  if (any) run_program();
  return 0;
}
