/* What a run does at its end: see run.test.mjs. */
#include <stdio.h>
#include <weft.h>

static int hangs(void *arg) {
  (void)arg;
  int rc = weft_sleep(1e6);
  printf("hangs: %s\n", weft_error_name(rc));
  printf("cleans up: %s\n", weft_error_name(weft_sleep(5)));
  return rc;
}

static int fails_at_end(void *arg) {
  (void)arg;
  int rc = weft_sleep(1e6);
  return rc == WEFT_ECANCELED ? WEFT_EPROTO : rc;
}

static int makes_another(void *arg) {
  int rc = weft_sleep(1e6);
  weft_release(weft_create_task(hangs, arg));
  return rc;
}

static void callback(weft_future *future, void *arg) {
  (void)arg;
  printf("callback: %d\n", weft_done(future));
}

static int leaves(void *arg) {
  weft_task *hanging = weft_create_task(hangs, NULL);
  weft_future_add_done_callback(hanging, callback, NULL);
  weft_create_task(fails_at_end, NULL);
  weft_create_task(makes_another, NULL);
  *(weft_task **)arg = hanging;
  return weft_sleep_result(1, 42);
}

static int waits_for_nothing(void *arg) {
  (void)arg;
  return weft_await(weft_future_new());
}

static int never_ends(void *arg) {
  (void)arg;
  for (;;) weft_await_release(weft_future_new()); /* ignores its cancel */
}

static int returns(void *arg) { return arg != NULL; }

static void runs(void *arg) {
  printf("run in a cleanup: %s\n", weft_error_name(weft_run(returns, arg)));
}

static int leaves_one(void *arg) {
  weft_task_options options = {.cleanup = runs};
  weft_create_task_with(never_ends, arg, &options);
  return weft_sleep(0);
}

static int stale(void *arg) { return weft_done(*(weft_task **)arg); }

static int fails(void *arg) {
  (void)arg;
  return WEFT_EIO;
}

int main(void) {
  weft_run_options options = {.virtual_clock = true};
  weft_task *kept;
  printf("run: %d\n", weft_run_with(leaves, &kept, &options));
  printf("stale: %s\n", weft_error_name(weft_run(stale, &kept)));
  printf("outside: %s\n", weft_error_name(weft_sleep(1)));
  printf("deadlock: %s\n", weft_error_name(weft_run(waits_for_nothing, NULL)));
  printf("left: %s\n", weft_error_name(weft_run(leaves_one, NULL)));
  weft_run_options huge = {.stack_size = 1 << 30};
  int rc = weft_run_with(fails, NULL, &huge);
  printf("huge: %s: %s\n", weft_error_name(rc), weft_errmsg(rc));
  printf("fails: %s\n", weft_error_name(weft_run(fails, NULL)));
  printf("again: %d\n", weft_run_with(leaves, &kept, &options));
  return 0;
}
