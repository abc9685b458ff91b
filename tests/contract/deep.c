/*
 * deep fringes DEPTH: two tasks hand items over, each that deep in a recursion.
 * deep eager COUNT: tasks start each other eagerly, that many.
 * deep endless STACK: a task waits in a recursion without end.
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

/* ---- a wait that begins where the host's stack ends */

static int starts;

__attribute__((noinline)) static int recurse(char *item) {
  int rc = weft_queue_get(&queue, item);
  if (rc >= 0) rc = recurse(item);
  levels++;
  return rc;
}

static int recurses(void *item) {
  starts++;
  return recurse(item);
}

static int endless(void *arg) {
  (void)arg;
  char item = 'x';
  weft_task_options large = {.stack_size = (size_t)most};
  weft_task *t = weft_create_task_with(recurses, &item, &large);
  queue.maxsize = 0;
  while (!weft_done(t)) {
    weft_queue_put_nowait(&queue, &item);
    weft_sleep(0);
  }
  printf("task: %s\n", weft_error_name(weft_await_release(t)));
  while (weft_queue_get_nowait(&queue, &item) >= 0) continue;
  weft_queue_put_nowait(&queue, &item);
  weft_sleep(1);
  int rc = weft_queue_get_nowait(&queue, &item);
  printf("item: %s, starts: %d\n", weft_error_name(rc), starts);
  weft_queue_free(&queue);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  most = atoi(argv[2]);
  weft_run_options options = {.virtual_clock = true};
  weft_fn fn = !strcmp(argv[1], "fringes") ? fringes
               : !strcmp(argv[1], "eager") ? nest
                                           : endless;
  printf("run: %d\n", weft_run_with(fn, NULL, &options));
  return 0;
}
