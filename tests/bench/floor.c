/*
 * The floor: what bare Asyncify costs with no runtime around it. Each coroutine
 * has a fixed area for its frames, nothing is checked and the scheduler is a
 * loop over an array. floor switch|spawn CASE, as core.c; handover is a switch.
 *
 * floor timers N [STACK] only touches N new C stacks: the system makes a page of
 * memory for each, or with 1 KiB stacks one for four, which no sleeping task is
 * spared. The clock and the host's wakes are not in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ASYNCIFY(name)                                                         \
  __attribute__((import_module("asyncify"), import_name(#name))) void name
ASYNCIFY(start_unwind)(void *area);
ASYNCIFY(stop_unwind)(void);
ASYNCIFY(start_rewind)(void *area);
ASYNCIFY(stop_rewind)(void);

enum { STACK = 4096, AREA = 1024 };

typedef struct coroutine {
  char *current, *end, *sp, *area; /* the first two are Asyncify's */
  void (*fn)(struct coroutine *c);
  long n;
  int started;
} coroutine;

static coroutine *running;
static int rewinding, unwinding, depth;
static volatile long sink;

#define GET_SP(p)                                                              \
  __asm__ volatile(".globaltype __stack_pointer, i32\n"                        \
                   "global.get __stack_pointer\nlocal.set %0"                  \
                   : "=r"(p))
#define SET_SP(p)                                                              \
  __asm__ volatile("local.get %0\nglobal.set __stack_pointer" ::"r"(p))

__attribute__((noinline)) static void yield(void) {
  if (rewinding) {
    rewinding = 0;
    stop_rewind();
    return;
  }
  running->current = running->area;
  GET_SP(running->sp);
  unwinding = 1;
  start_unwind(running);
}

static coroutine *spawn(void (*fn)(coroutine *), long n) {
  char *p = malloc(sizeof(coroutine) + AREA + STACK);
  if (!p) abort();
  coroutine *c = (coroutine *)(void *)p;
  *c = (coroutine){.fn = fn, .n = n, .area = p + sizeof *c};
  c->end = c->area + AREA;
  c->sp = (char *)((size_t)(c->end + STACK) & ~(size_t)15);
  return c;
}

/* 1 when it has finished. */
__attribute__((noinline)) static int resume(coroutine *c) {
  char *sp;
  GET_SP(sp);
  running = c;
  if (c->started) {
    rewinding = 1;
    start_rewind(c);
  }
  c->started = 1;
  SET_SP(c->sp);
  c->fn(c);
  SET_SP(sp);
  if (!unwinding) return 1;
  unwinding = 0;
  stop_unwind();
  return 0;
}

__attribute__((noinline)) static long deep(int d, long x) {
  if (d == 0) {
    yield();
    return x;
  }
  long r = deep(d - 1, x + 1);
  return (r ^ d) + x;
}

static void shallow(coroutine *c) {
  for (long i = 0; i < c->n; i++) yield();
}

static void nested(coroutine *c) {
  for (long i = 0; i < c->n; i++) sink += deep(depth, i);
}

static void trivial(coroutine *c) { sink += c->n; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void report(const char *metric, double value) {
  printf("{\"metric\": \"%s\", \"value\": %g, \"unit\": \"ns\"}\n", metric,
         value);
}

static void bench_switch(const char *metric, int count) {
  long n = (depth ? 1000000 : 10000000) / count;
  coroutine **all = malloc((size_t)count * sizeof *all);
  if (!all) abort();
  for (int i = 0; i < count; i++) all[i] = spawn(depth ? nested : shallow, n);
  double start = now();
  for (int live = count; live;) {
    for (int i = 0; i < count; i++) {
      if (!all[i] || !resume(all[i])) continue;
      free(all[i]);
      all[i] = NULL;
      live--;
    }
  }
  report(metric, (now() - start) / ((double)n * count));
}

static void bench_spawn(int batch, long n) {
  coroutine **all = malloc((size_t)n * sizeof *all);
  if (!all) abort();
  for (long i = -10000; i < 0; i++) { /* warm-up */
    coroutine *c = spawn(trivial, i);
    resume(c);
    free(c);
  }
  double start = now();
  for (long i = 0; i < n; i++) {
    all[i] = spawn(trivial, i);
    if (batch) continue;
    resume(all[i]);
    free(all[i]);
  }
  for (long i = 0; batch && i < n; i++) {
    resume(all[i]);
    free(all[i]);
  }
  report("spawn", (now() - start) / (double)n);
}

/* The C stacks stand as far apart as weft's (src/task.c), in blocks of some. */
enum { DEFAULT_STACK = 32 << 10, COLOUR = 64, BLOCK = 512 };

static void touch_stacks(long n, long stack) {
  size_t size = (size_t)(stack ? stack : DEFAULT_STACK) + COLOUR;
  for (long i = 0; i < n; i += BLOCK) {
    char *block = malloc(size * BLOCK);
    if (!block) abort();
    for (long j = 1; j <= BLOCK && i + j <= n; j++) {
      *(volatile char *)(block + size * (size_t)j - 1) = 1;
    }
  }
}

int main(int argc, char **argv) {
  if (argc >= 3 && !strcmp(argv[1], "timers")) {
    touch_stacks(atol(argv[2]), argc > 3 ? atol(argv[3]) : 0);
    return 0;
  }
  if (argc != 4) return 2;
  if (!strcmp(argv[1], "spawn")) {
    bench_spawn(!strcmp(argv[2], "batch"), atol(argv[3]));
    return 0;
  }
  depth = atoi(argv[3]);
  bench_switch(argv[1], atoi(argv[2]));
  return 0;
}
