/*
 * deep fringes DEPTH: two tasks hand items over, each that deep in a recursion.
 * deep eager COUNT: tasks start each other eagerly, that many.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static int most;

/* ---- handing over: the frames are on the host's stack, none on C's */

static weft_queue queue = WEFT_QUEUE(char, 1);
static volatile int levels;

__attribute__((noinline)) static int put(int depth, const char *item) {
  int rc = 0;
  if (depth) {
    rc = put(depth - 1, item);
    levels++;
  } else {
    for (int i = 0; i < 100 && rc >= 0; i++) rc = weft_queue_put(&queue, item);
  }
  return rc;
}

__attribute__((noinline)) static int get(int depth, char *item) {
  int rc = 0;
  if (depth) {
    rc = get(depth - 1, item);
    levels++;
  } else {
    for (int i = 0; i < 100 && rc >= 0; i++) rc = weft_queue_get(&queue, item);
  }
  return rc;
}

static int producer(void *item) { return put(most, item); }
static int consumer(void *item) { return get(most, item); }

static int fringes(void *arg) {
  (void)arg;
  char in = 'x', out;
  weft_task *p = weft_create_task(producer, &in);
  weft_task *c = weft_create_task(consumer, &out);
  printf("producer: %s\n", weft_error_name(weft_await_release(p)));
  printf("consumer: %s\n", weft_error_name(weft_await_release(c)));
  weft_queue_free(&queue);
  return 0;
}

/* ---- eager tasks in eager tasks */

static const weft_task_options eager = {.eager = true};

static int level(void *arg) {
  int n = (int)(intptr_t)arg;
  if (!n) return weft_sleep_result(1, 0);
  weft_task *t =
      weft_create_task_with(level, (void *)(intptr_t)(n - 1), &eager);
  if (!t) return WEFT_ENOMEM;
  int rc = weft_await_release(t);
  return rc < 0 ? rc : rc + 1;
}

static int nest(void *arg) {
  (void)arg;
  weft_task *t = weft_create_task_with(level, (void *)(intptr_t)most, &eager);
  printf("levels: %d\n", weft_await_release(t));
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  most = atoi(argv[2]);
  weft_run_options options = {.virtual_clock = true};
  weft_fn fn = strcmp(argv[1], "eager") ? fringes : nest;
  printf("run: %d\n", weft_run_with(fn, NULL, &options));
  return 0;
}
