/*
 * deep fringes DEPTH: two tasks hand items over, each that deep in a recursion.
 */
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  most = atoi(argv[2]);
  weft_run_options options = {.virtual_clock = true};
  printf("run: %d\n", weft_run_with(fringes, NULL, &options));
  return 0;
}
