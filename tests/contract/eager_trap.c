/* An eager task traps in the middle of the one that started it. */
#include <stdio.h>
#include <weft.h>

static void cleanup(void *arg) { printf("cleanup of %s\n", (char *)arg); }

static int traps(void *arg) {
  (void)arg;
  weft_cleanup_push(cleanup, "the eager one");
  __builtin_trap();
}

static int starts(void *arg) {
  weft_timeout scope;
  weft_cleanup_push(cleanup, "its starter");
  weft_timeout_begin(&scope, 1);
  weft_create_task_with(traps, arg, &(weft_task_options){.eager = true});
  puts("not reached");
  return weft_timeout_end(&scope, 0);
}

static int other(void *arg) {
  (void)arg;
  return weft_sleep_result(2, 7);
}

static void call(void *arg) {
  weft_create_task_with(traps, arg, &(weft_task_options){.eager = true});
  puts("not reached");
}

static int main_task(void *arg) {
  weft_task *o = weft_create_task(other, arg);
  int rc = weft_await(weft_create_task(starts, arg));
  printf("starter: %s: %s\n", weft_error_name(rc), weft_errmsg(rc));
  rc = weft_await(weft_call_soon(call, arg));
  printf("call: %s: %s\n", weft_error_name(rc), weft_errmsg(rc));
  return weft_await(o);
}

int main(void) {
  weft_run_options options = {.virtual_clock = true};
  printf("run: %d\n", weft_run_with(main_task, NULL, &options));
  return 0;
}
