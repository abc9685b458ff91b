/* Debug mode, one part for each argument: see debug.test.mjs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static weft_task *all[4];

static int sleeper(void *arg) {
  (void)arg;
  return weft_sleep(1);
}

static int awaits(void *arg) { return weft_await(arg); }

static int grouped(void *arg) {
  weft_task_group g;
  weft_task_group_begin(&g);
  weft_release(weft_task_group_create_task(&g, sleeper, arg));
  weft_release(weft_task_group_create_task(&g, sleeper, arg));
  return weft_task_group_end(&g, 0);
}

static int gathers(void *arg) {
  (void)arg;
  return weft_gather(all, 3, NULL);
}

static int tree(void *arg) {
  (void)arg;
  all[0] = weft_create_task(sleeper, NULL);
  all[1] = weft_create_task(awaits, all[0]);
  all[2] = weft_create_task(grouped, NULL);
  weft_task *top = weft_create_task(gathers, NULL);
  weft_sleep(0);
  weft_sleep(0);
  weft_print_tasks();
  return weft_await(top);
}

static int deadlock(void *arg) {
  (void)arg;
  weft_future *never = weft_future_new();
  all[0] = weft_create_task(awaits, never);
  all[1] = weft_create_task(awaits, all[0]);
  return weft_await(all[1]);
}

static void block(double seconds) {
  double end = weft_time() + seconds;
  while (weft_time() < end) continue;
}

static void blocking_call(void *arg) {
  (void)arg;
  block(0.03);
}

static int slow(void *arg) {
  (void)arg;
  weft_sleep(0);
  block(0.03);
  weft_sleep(0);
  weft_release(weft_call_soon(blocking_call, NULL));
  return weft_sleep(0.01);
}

static int returns(void *arg) {
  (void)arg;
  return 3;
}

static int forgets(void *arg) {
  (void)arg;
  weft_create_task(returns, NULL);
  weft_release(weft_create_task(sleeper, NULL));
  weft_await(weft_create_task(returns, NULL));
  return 0;
}

static int fails(void *arg) {
  (void)arg;
  return WEFT_EIO;
}

static int error_left(void *arg) {
  (void)arg;
  weft_create_task(fails, NULL);
  weft_release(weft_create_task(fails, NULL));
  weft_sleep(0);
  fprintf(stderr, "after release\n");
  return weft_sleep(0);
}

static int use_stack(void *arg) {
  volatile char bytes[8000];
  memset((char *)bytes, 1, sizeof bytes);
  for (int i = 0; i < 4; i++) weft_sleep(0);
  return bytes[*(int *)arg] != 1;
}

static int stats(void *arg) {
  weft_task_stats s;
  int place = 77;
  weft_task *t = weft_create_task(use_stack, &place);
  int rc = weft_await(t);
  if (rc == 0) rc = weft_task_get_stats(t, &s);
  if (rc < 0 || !arg) {
    printf("%s\n", weft_errmsg(rc));
    return 0;
  }
  printf("switches %d, stack %d, run time %d\n", (int)s.switches,
         s.stack_used >= 8000 && s.stack_used < 16000 &&
             s.stack_size >= WEFT_STACK_SIZE,
         s.run_time >= 0 && s.run_time < 1);
  return weft_task_get_stats(weft_current_task(), &s);
}

static void print_event(const weft_trace_record *r, void *arg) {
  static const char *names[] = {"created", "started",   "suspended",
                                "resumed", "cancelled", "ended"};
  printf("%.3f %d %s %s %s %d\n", r->time, (int)r->id, r->name, names[r->event],
         r->what ? r->what : "-", r->result);
  (void)arg;
}

static int traced(void *arg) {
  (void)arg;
  all[0] = weft_create_task(sleeper, NULL);
  all[1] = weft_create_task(returns, NULL);
  all[2] = weft_create_task(grouped, NULL);
  weft_cancel(all[1]);
  weft_wait_for(all[2], 0.5);
  return weft_gather_return_errors(all, 3, NULL);
}

/* A name that is no JSON as it is, and a task that a deadlock drops. */
static int odd_names(void *arg) {
  weft_task_options options = {.name = "a \"b\" \\ c\n\t\x01 \xc3\xa9",
                               .eager = true};
  weft_await(weft_create_task_with(returns, arg, &options));
  for (;;) weft_await_release(weft_future_new());
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  weft_run_options debug = {.debug = true, .slow_callback = 1e9};
  if (!strcmp(what, "tree")) return weft_run(tree, NULL);
  if (!strcmp(what, "deadlock")) return -weft_run(deadlock, NULL);
  if (!strcmp(what, "slow")) {
    debug.slow_callback = 0.02;
    return weft_run_with(slow, NULL, &debug);
  }
  if (!strcmp(what, "forgets")) return weft_run_with(forgets, NULL, &debug);
  if (!strcmp(what, "errors")) return weft_run(error_left, NULL);
  if (!strcmp(what, "stats")) {
    weft_run(stats, NULL);
    return weft_run_with(stats, argv, &debug);
  }
  weft_run_options options = {.virtual_clock = true, .seed = 5};
  if (!strcmp(what, "chrome")) {
    weft_trace_chrome(weft_trace_to_stream, stdout);
    weft_run_with(traced, NULL, &options);
    weft_run_with(odd_names, NULL, &options);
    return weft_trace_chrome(NULL, NULL);
  }
  weft_trace(print_event, NULL);
  return weft_run_with(traced, NULL, &options);
}
