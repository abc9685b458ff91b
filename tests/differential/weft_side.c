/*
 * Runs programs of the differential test (programs.mjs) on weft. Programs come
 * on stdin, their traces go to stdout, as asyncio_side.py does it on asyncio.
 */
#include "weft_ops.h"

#include <stdlib.h>

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
  s->group = groups[group_count++] = &group;
  rc = run_ops(s, i + 1, i + 1 + o->args[0]);
  s->group = outer;
  rc = weft_task_group_end(&group, rc);
  int place = 0;
  while (groups[place] != &group) place++;
  group_count--;
  for (; place < group_count; place++) groups[place] = groups[place + 1];
  return rc;
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

/* tests/unit/allocation_programs.c runs them in another way. */
#ifndef RUN_WITH
#define RUN_WITH(options) weft_run_with(run_main, NULL, (options))
#endif

static void run_program(void) {
  const int *n = program.numbers;
  memset(tasks, 0, sizeof tasks);
  group_count = 0;
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
  if (RUN_WITH(&options) == WEFT_EDEADLK) puts("deadlock");
  for (int i = 0; i < 3; i++) weft_queue_free(&queues[i]);
}

/* ---- reading */

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
      int i = program.counts[task]++;
      if (i == MOST_OPS) return fprintf(stderr, "too many ops\n"), 2;
      read_op(&program.ops[task][i], line);
    }
  }
  if (any) run_program();
  return 0;
}
