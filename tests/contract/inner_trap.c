/* A task traps in the middle of the one that started it eagerly, or of who
   waits for it. */
#include <stdio.h>
#include <weft.h>

static const weft_task_options eager = {.eager = true};

static void cleanup(void *arg) { printf("cleanup of %s\n", (char *)arg); }

static int traps(void *arg) {
  (void)arg;
  weft_cleanup_push(cleanup, "what traps");
  __builtin_trap();
}

/* Traps in the middle of a task that is in the middle of another. */
static int starts(void *arg) {
  char place[100];
  snprintf(place, sizeof place, "its starter, level %d", *(int *)arg);
  weft_cleanup_push(cleanup, place);
  int next = *(int *)arg - 1;
  weft_task *t = next ? weft_create_task_with(starts, &next, &eager)
                      : weft_create_task_with(traps, NULL, &eager);
  int rc = weft_await_release(t);
  printf("level %d: %s\n", *(int *)arg, weft_error_name(rc));
  if (!next) printf("%s\n", weft_errmsg(rc));
  weft_sleep(1);
  weft_cleanup_pop(false);
  printf("%s goes on\n", place);
  return rc;
}

static int other(void *arg) {
  (void)arg;
  return weft_sleep_result(5, 7);
}

static void call(void *arg) {
  weft_task **t = arg;
  *t = weft_create_task_with(traps, NULL, &eager);
  puts("the call goes on");
}

/* Suspends, and traps when it has an item. */
static int traps_later(void *arg) {
  char item;
  weft_queue_get(arg, &item);
  return traps(NULL);
}

/* It traps in the middle of who waits for its answer. */
static int asks(void) {
  weft_queue questions = {.item_size = 1}, answers = {.item_size = 1};
  weft_task *t = weft_create_task(traps_later, &questions);
  weft_sleep(0);
  weft_queue_put_nowait(&questions, "?");
  weft_timeout scope;
  weft_timeout_begin(&scope, 1);
  char item;
  int rc = weft_timeout_end(&scope, weft_queue_get(&answers, &item));
  printf("answer: %s\n", weft_error_name(rc));
  weft_queue_free(&questions);
  return weft_await_release(t);
}

static int main_task(void *arg) {
  weft_task *o = weft_create_task(other, arg), *t;
  int levels = 3;
  int rc = weft_await(weft_create_task(starts, &levels));
  printf("starter: %s\n", weft_error_name(rc));
  rc = weft_await(weft_call_soon(call, &t));
  printf("call: %d\n", rc);
  printf("its task: %s\n", weft_error_name(weft_await(t)));
  for (int i = 0; i < 9; i++) weft_sleep(0); /* from then on it may */
  rc = weft_await(weft_create_task(traps, NULL));
  printf("awaited: %s\n", weft_error_name(rc));
  printf("asked: %s\n", weft_error_name(asks()));
  return weft_await(o);
}

int main(void) {
  weft_run_options options = {.virtual_clock = true};
  printf("run: %d\n", weft_run_with(main_task, NULL, &options));
  return 0;
}
