/* What goes wrong in a program, one case by its name: guards CASE. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static volatile int sink;

static void say(const char *what, int rc) {
  printf("%s: %s: %s\n", what, weft_error_name(rc), weft_errmsg(rc));
}

/* Uses `depth` KiB of the C stack, then suspends there. */
__attribute__((noinline)) static int use_stack(int depth) {
  volatile char page[1024];
  memset((char *)page, depth, sizeof page);
  int rc = depth ? use_stack(depth - 1) : weft_sleep(0);
  sink += page[depth & 1023];
  return rc;
}

static int deep(void *arg) { return use_stack(*(int *)arg); }

/* Recursion without an end; each call needs little. */
__attribute__((noinline)) static int recurse(int depth) {
  volatile int kept = depth;
  int below = recurse(depth + 1);
  return below + kept;
}

static int runaway(void *arg) {
  (void)arg;
  return recurse(0);
}

static int neighbour(void *arg) {
  (void)arg;
  for (int i = 0; i < 5; i++) {
    int rc = weft_sleep(0);
    if (rc < 0) return rc;
  }
  return 5;
}

static void cleanup(void *arg) {
  (void)arg;
  puts("cleanup");
}

/* A task that overflows, with others that are to go on. */
static int overflow(weft_fn fn, int kib) {
  weft_task *other = weft_create_task(neighbour, NULL);
  weft_task_options options = {.cleanup = cleanup};
  weft_task *task = weft_create_task_with(fn, &kib, &options);
  say("task", weft_await(task));
  printf("neighbour: %d\n", weft_await(other));
  return 0;
}

static int stack_overflow(void *arg) {
  (void)arg;
  return overflow(deep, 200);
}

static int runaway_recursion(void *arg) {
  (void)arg;
  return overflow(runaway, 0);
}

static int deep_recursion(void *arg) {
  (void)arg;
  int kib = 900;
  weft_task_options options = {.name = "deep", .stack_size = 1 << 20};
  weft_task *task = weft_create_task_with(deep, &kib, &options);
  printf("deep: %d\n", weft_await(task));
  return 0;
}

static int forever(void *arg) {
  (void)arg;
  return weft_sleep(1e6);
}

/* Tasks with large stacks until there is no more memory. */
static int out_of_memory(void *arg) {
  (void)arg;
  weft_task_options options = {.name = "large", .stack_size = 16 << 20};
  weft_task *other = weft_create_task(neighbour, NULL);
  for (int i = 0; i < 1000; i++) {
    weft_task *task = weft_create_task_with(forever, NULL, &options);
    weft_sleep(0);
    if (!weft_done(task)) continue;
    say("task", weft_await(task));
    printf("neighbour: %d\n", weft_await(other));
    return 0;
  }
  return 1;
}

/* All memory that there is, in blocks. */
typedef struct block {
  struct block *next;
} block;

static block *take_all(void) {
  block *all = NULL;
  for (size_t size = 1 << 30; size >= sizeof(block); size /= 2) {
    for (block *b; (b = malloc(size)); all = b) b->next = all;
  }
  return all;
}

static void give_back(block *all) {
  for (block *next; all; all = next) {
    next = all->next;
    free(all);
  }
}

/* Tasks without anything left to make them of; those that could be made run. */
static int no_record(void *arg) {
  weft_task *other = weft_create_task(neighbour, NULL), *task;
  block *all = take_all();
  int made = 0;
  while (made < 100000 && (task = weft_create_task(neighbour, NULL))) {
    weft_release(task);
    made++;
  }
  give_back(all);
  say("task", task ? 0 : WEFT_ENOMEM);
  printf("neighbour: %d\n", weft_await(other));
  printf("left: %d\n", (int)weft_all_tasks(NULL, 0) - 1);
  return weft_await(weft_create_task(neighbour, arg)) != 5;
}

static int trap(void *arg) {
  (void)arg;
  __builtin_trap();
}

static int trapping(void *arg) {
  (void)arg;
  return overflow(trap, 0);
}

static int nested_run(void *arg) {
  (void)arg;
  say("weft_run", weft_run(forever, NULL));
  return 0;
}

static int wait_for_self(void *arg) {
  weft_task *self = weft_current_task();
  say("weft_await", weft_await(self));
  say("weft_gather", weft_gather(&self, 1, NULL));
  say("weft_wait_for", weft_wait_for(self, 1));
  (void)arg;
  return 0;
}

static int stale_handles(void *arg) {
  (void)arg;
  weft_task *task = weft_create_task(neighbour, NULL);
  weft_release(task);
  say("weft_await", weft_await(task));
  say("weft_cancel", weft_cancel(task));
  say("weft_release", weft_release(task));
  say("NULL", weft_await(NULL));
  return 0;
}

static int delays(void *arg) {
  (void)arg;
  say("-1", weft_sleep(-1));
  say("NaN", weft_sleep(NAN));
  say("1e300", weft_sleep(1e300));
  say("infinity", weft_sleep(INFINITY));
  return 0;
}

/* Nothing but the host can wake the two. */
static int await_it(void *arg) { return weft_await(arg); }

static int waits_for_host(void *arg) {
  (void)arg;
  weft_stream *in;
  weft_future *told = weft_future_new();
  weft_task *other = weft_create_task(await_it, told);
  int rc = weft_open_stdin(&in);
  char *line;
  if (rc >= 0) rc = weft_readline(in, &line);
  if (rc < 0) return rc;
  printf("read: %s", line);
  weft_future_set_result(told, 7);
  printf("other: %d\n", weft_await(other));
  return weft_stream_release(in);
}

static int wait_for_peer(void *arg) { return weft_await(*(weft_task **)arg); }

/* Two tasks wait for each other, and main for one of them. */
static int deadlock(void *arg) {
  (void)arg;
  static weft_task *first, *second;
  first = weft_create_task(wait_for_peer, &second);
  second = weft_create_task(wait_for_peer, &first);
  int rc = weft_await(first);
  say("main", rc);
  return rc;
}

static const struct {
  const char *name;
  weft_fn fn;
} cases[] = {
    {"stack_overflow", stack_overflow},
    {"runaway", runaway_recursion},
    {"deep_recursion", deep_recursion},
    {"out_of_memory", out_of_memory},
    {"no_record", no_record},
    {"trap", trapping},
    {"nested_run", nested_run},
    {"wait_for_self", wait_for_self},
    {"stale_handles", stale_handles},
    {"delays", delays},
    {"deadlock", deadlock},
    {"waits_for_host", waits_for_host},
};

static int outside(void) {
  say("weft_sleep", weft_sleep(1));
  say("weft_await", weft_await(NULL));
  if (weft_create_task(forever, NULL)) return 1;
  say("weft_create_task", WEFT_ENOTRUNNING);
  return 0;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  if (!strcmp(name, "outside")) return outside();
  if (!strcmp(name, "status")) return atoi(argv[2]);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(name, cases[i].name)) continue;
    int rc = weft_run(cases[i].fn, NULL);
    printf("weft_run: %s\n", weft_error_name(rc));
    fflush(stdout);
    return 0;
  }
  return 2;
}
