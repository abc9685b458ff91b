/*
 * What an executor promises, case by case: the first argument is the case's
 * name, the second the number of workers.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static int workers = 2;

static void show(const char *what, int rc) {
  printf("%s: %s%s%s\n", what, rc < 0 ? weft_error_name(rc) : "ok",
         rc < 0 ? ": " : "", rc < 0 ? weft_errmsg(rc) : "");
}

/* ---- jobs */

typedef struct range {
  int64_t first, last;
} range;

static int sum(const range *in, int64_t *out) {
  for (int64_t i = in->first; i < in->last; i++) *out += i;
  return (int)(in->last - in->first);
}
WEFT_JOB(sum, range, int64_t)

static int reverse(const void *input, size_t size, weft_output *output) {
  const char *in = input;
  char *out = malloc(size ? size : 1);
  if (!out) return WEFT_ENOMEM;
  for (size_t i = 0; i < size; i++) out[i] = in[size - 1 - i];
  *output = (weft_output){out, size};
  return 0;
}
WEFT_JOB_BYTES(reverse)

static int fail(const int *code, int *out) {
  *out = 1;
  return *code;
}
WEFT_JOB(fail, int, int)

static int spin(const int *in, int *out) {
  for (volatile int i = *in;; i++) {
    if (i == -1) *out = i;
  }
  return 0;
}
WEFT_JOB(spin, int, int)

static int announce(const int *in, int *out) {
  puts("it spins");
  return spin(in, out);
}
WEFT_CPU_JOB(announce, int, int)

static int spin_politely(const int *in, int *out) {
  (void)in, (void)out;
  puts("spinning");
  while (!weft_job_cancelled()) continue;
  puts("cleaned up");
  fflush(stdout);
  return 0;
}
WEFT_JOB(spin_politely, int, int)

static int trap(const int *in, int *out) {
  (void)in, (void)out;
  __builtin_trap();
}
WEFT_JOB(trap, int, int)

static int leave(const int *in, int *out) {
  (void)out;
  exit(*in);
}
WEFT_JOB(leave, int, int)

static int deep(const int *in, volatile char *above) {
  volatile char here[1024];
  here[0] = above ? above[0] : 1;
  return *in ? deep(in, here) + here[0] : 0;
}

static int overflow(const int *in, int *out) {
  *out = deep(in, NULL);
  return 0;
}
WEFT_JOB(overflow, int, int)

static int large(const void *input, size_t size, weft_output *output) {
  size_t wanted;
  if (size != sizeof wanted) return WEFT_EINVAL;
  memcpy(&wanted, input, sizeof wanted);
  output->data = malloc(wanted);
  if (!output->data) return WEFT_ENOMEM;
  output->size = wanted;
  return 0;
}
WEFT_JOB_BYTES(large)

static int greedy(const int *in, int *out) {
  (void)in;
  for (void *volatile p; (p = malloc(64 << 20));) ++*out;
  return WEFT_ENOMEM;
}
WEFT_JOB(greedy, int, int)

static int nap(void *arg) {
  (void)arg;
  int rc = weft_sleep(0.02);
  return rc < 0 ? rc : 5;
}

static int with_tasks(const int *in, int *out) {
  weft_task *naps[] = {weft_create_task(nap, NULL),
                       weft_create_task(nap, NULL)};
  int results[2];
  int rc = weft_gather(naps, 2, results);
  if (rc < 0) return rc;
  *out = *in + results[0] + results[1];
  weft_create_task(nap, NULL); /* left over: ended with the job */
  return 0;
}
WEFT_JOB(with_tasks, int, int)

static int nest(const int *in, int *out) {
  (void)in, (void)out;
  weft_executor *pool = weft_executor_create(1);
  return pool ? 0 : WEFT_ENOTSUP;
}
WEFT_JOB(nest, int, int)

/* A line by a stream over the standard output. */
static int write_line(int job) {
  char line[32];
  int size = snprintf(line, sizeof line, "job %d has a stream\n", job);
  weft_stream *stream;
  int rc = weft_open_stdout(&stream);
  if (rc < 0) return rc;
  rc = weft_write(stream, line, (size_t)size);
  if (rc >= 0) rc = weft_drain(stream);
  weft_stream_release(stream);
  return rc;
}

static int talk(const int *in, int *out) {
  (void)out;
  for (int i = 0; i < 3; i++) printf("job %d line %d\n", *in, i);
  fprintf(stderr, "job %d complains\n", *in);
  fflush(stdout);
  int rc = write_line(*in);
  if (rc < 0) return rc;
  printf("job %d ends without a newline", *in);
  return 0;
}
WEFT_JOB(talk, int, int)

static int echo(const int *in, int *out) {
  printf("job %d\n", *in);
  *out = *in;
  return 0;
}
WEFT_JOB(echo, int, int)

/* Takes some 20 ms. */
static int labour(const int *in, int *out) {
  printf("job %d\n", *in);
  fflush(stdout);
  volatile int n = 0;
  while (n < 20000000) n++;
  *out = 2 * *in;
  return 0;
}
WEFT_JOB(labour, int, int)

static int quiet(const int *in, int *out) {
  *out = 2 * *in;
  return 0;
}
WEFT_JOB(quiet, int, int)

static int add(int n) { return n + 1; }
static int minus(int n) { return -n; }
static int (*volatile steps[])(int n) = {add, minus};

/* Calls through pointers, itself and in what it calls. */
static int compare(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}
static __attribute__((noinline)) int step_down(int count, int value) {
  return count ? step_down(count - 1, steps[count % 2](value)) : value;
}
static int steps_of(const int *count, int *out) {
  int few[] = {3, 1, 2};
  qsort(few, 3, sizeof *few, compare);
  for (int i = 0; i < *count; i++) *out = steps[i % 2](*out);
  *out += step_down(*count, 0) + 100 * few[0] + 10 * few[1] + few[2];
  return 0;
}
WEFT_CPU_JOB(steps_of, int, int)

/* Breaks the promise of its registration. */
static int dreamy(const int *in, int *out) {
  *out = weft_job_cancelled();
  return weft_sleep(*in);
}
WEFT_CPU_JOB(dreamy, int, int)

static int twice(const int *in, int *out) {
  *out = 2 * *in;
  return *in % 10 == 7 ? WEFT_EIO : *in;
}
WEFT_JOB(twice, int, int)

static int count_calls(const int *in, int *out) {
  static int calls;
  (void)in;
  *out = ++calls;
  return 0;
}
WEFT_JOB(count_calls, int, int)

/* ---- cases */

/* Whether the pool still works. */
static void check_pool(weft_executor *pool) {
  for (int i = 0; i < 3; i++) {
    int out = 0;
    weft_future *f = weft_run_in_executor(pool, quiet, &i);
    int rc = weft_await_job(f, quiet, &out);
    if (rc < 0 || out != 2 * i) show("the pool is broken", rc);
    weft_release(f);
  }
  puts("the pool goes on");
}

static int results(weft_executor *pool) {
  range r = {0, 1000};
  int64_t out;
  weft_future *f = weft_run_in_executor(pool, sum, &r);
  int rc = weft_await_job(f, sum, &out);
  printf("sum: %d %" PRId64 "\n", rc, out);
  printf("again: %d\n", weft_await(f));
  int other;
  show("as another job", weft_await_job(f, quiet, &other));
  weft_release(f);
  show("released", weft_await(f));

  char text[] = "stressed";
  f = weft_run_in_executor_bytes(pool, reverse, text, strlen(text));
  memset(text, 'x', strlen(text)); /* the input was copied */
  show("reverse", weft_await(f));
  size_t size;
  const char *bytes = weft_job_output(f, &size);
  printf("%zu %.*s\n", size, (int)size, bytes);
  weft_release(f);

  f = weft_run_in_executor_bytes(pool, reverse, NULL, 0);
  printf("nothing: %d\n", weft_await(f));
  weft_job_output(f, &size);
  printf("%zu bytes\n", size);

  int codes[] = {WEFT_EBROKEN, 77};
  weft_future *both[] = {weft_run_in_executor(pool, fail, &codes[0]),
                         weft_run_in_executor(pool, fail, &codes[1])};
  int got[2];
  show("gather", weft_gather(both, 2, got));
  printf("%s\n", weft_error_name(got[0]));
  weft_await(both[1]);
  printf("%d\n", weft_result(both[1]));

  int in = 21, twofold;
  rc = weft_to_thread(steps_of, &in, &twofold);
  printf("through pointers: %d %d\n", rc, twofold);
  show("a promise broken", weft_to_thread(dreamy, &in, &twofold));
  rc = weft_to_thread(quiet, &in, &twofold);
  printf("to_thread: %d %d\n", rc, twofold);
  return 0;
}

static int big(weft_executor *pool) {
  enum { SIZE = 1 << 20 };
  unsigned char *data = malloc(SIZE);
  for (int i = 0; i < SIZE; i++) data[i] = (unsigned char)(i * 7 ^ i >> 8);
  weft_future *f = weft_run_in_executor_bytes(pool, reverse, data, SIZE);
  show("1 MiB", weft_await(f));
  size_t size;
  const unsigned char *out = weft_job_output(f, &size);
  bool same = size == SIZE;
  for (int i = 0; same && i < SIZE; i++) same = out[i] == data[SIZE - 1 - i];
  printf("%s\n", same ? "reversed" : "damaged");
  free(data);
  return 0;
}

static int many(weft_executor *pool) {
  enum { COUNT = 5000 };
  static weft_future *futures[COUNT];
  for (int i = 0; i < COUNT; i++) {
    futures[i] = weft_run_in_executor(pool, quiet, &i);
  }
  show("gather", weft_gather(futures, COUNT, NULL));
  int wrong = 0;
  for (int i = 0; i < COUNT; i++) {
    int out;
    weft_await_job(futures[i], quiet, &out);
    if (out != 2 * i) wrong++;
    weft_release(futures[i]);
  }
  printf("wrong: %d\n", wrong);
  return 0;
}

static int spinning(weft_executor *pool) {
  int in = 0;
  check_pool(pool);
  double began = weft_time();
  weft_future *f = weft_run_in_executor(pool, spin, &in);
  int rc = weft_wait_for(f, 0.2);
  double took = weft_time() - began;
  show("wait_for", rc);
  printf("%s\n", took >= 0.2 && took < 0.4 ? "on time" : "late");
  check_pool(pool); /* needs the only worker back */
  return 0;
}

/* The job never ends: what it has printed is there nevertheless. */
static int live(weft_executor *pool) {
  int in = 0;
  check_pool(pool);
  weft_future *f = weft_run_in_executor(pool, announce, &in);
  show("wait_for", weft_wait_for(f, 0.5));
  return 0;
}

/* A pool whose one worker is there, and that has patience. */
static weft_executor *patient(void) {
  weft_executor_options options = {.max_workers = 1, .grace = 10};
  weft_executor *pool = weft_executor_create_with(&options);
  weft_executor_start(pool);
  return pool;
}

static int polite(weft_executor *unused) {
  (void)unused;
  weft_executor *pool = patient();
  int in = 0;
  weft_future *f = weft_run_in_executor(pool, spin_politely, &in);
  weft_sleep(0.3);
  printf("cancel: %d\n", weft_cancel(f));
  printf("cancelled: %d\n", weft_cancelled(f));
  show("await", weft_await(f));
  show("shutdown", weft_executor_shutdown(pool, false));
  return 0;
}

/* Sees that it is cancelled, and goes on for most of the grace of SOME. */
enum { SOME = 2 };
static int spin_reluctantly(const int *in, int *out) {
  *out = *in;
  while (!weft_job_cancelled()) continue;
  double until = weft_time() + 0.75 * SOME;
  while (weft_time() < until) continue;
  return 0;
}
WEFT_JOB(spin_reluctantly, int, int)

/* Cancels a job, submits another, and waits for that one. */
static int succeed(weft_job *job) {
  weft_executor_options options = {.max_workers = 1, .grace = SOME};
  weft_executor *pool = weft_executor_create_with(&options);
  weft_executor_start(pool);
  int in = 1;
  weft_future *f = weft_executor_submit(pool, job, &in, sizeof in, NULL);
  weft_sleep(0.1);
  printf("cancel: %d\n", weft_cancel(f));
  f = weft_run_in_executor(pool, quiet, &in);
  printf("next job: %d\n", weft_await_job(f, quiet, &in));
  return weft_executor_shutdown(pool, false);
}

static int forced(weft_executor *unused) {
  (void)unused;
  return succeed(&weft__job_spin);
}

static int willing(weft_executor *unused) {
  (void)unused;
  return succeed(&weft__job_spin_politely);
}

static int reluctant(weft_executor *unused) {
  (void)unused;
  return succeed(&weft__job_spin_reluctantly);
}

static int start_all(void *pool) {
  show("start", weft_executor_start(pool));
  return 0;
}

/* What a starting worker was sent is cancelled. */
static int hasty(weft_executor *pool) {
  int in = 0;
  weft_task *starting = weft_create_task(start_all, pool);
  weft_future *f = weft_run_in_executor(pool, quiet, &in);
  weft_sleep(0);
  weft_cancel(f);
  weft_await(starting);
  check_pool(pool);
  return 0;
}

/* A pool is shut down while its workers start. */
static int closed_early(weft_executor *pool) {
  weft_task *starting = weft_create_task(start_all, pool);
  weft_sleep(0);
  show("shutdown", weft_executor_shutdown(pool, false));
  return weft_await(starting);
}

/* One of two who wait for the start of a pool is cancelled. */
static int two_starters(weft_executor *pool) {
  weft_task *starting[2];
  for (int i = 0; i < 2; i++) starting[i] = weft_create_task(start_all, pool);
  weft_sleep(0);
  weft_cancel(starting[0]);
  return weft_await(starting[1]);
}

/* What could not be sent is cancelled. */
static int unsent(weft_executor *pool) {
  check_pool(pool);
  size_t size = 10 << 20;
  void *data = calloc(1, size);
  weft_future *f = weft_run_in_executor_bytes(pool, reverse, data, size);
  free(data);
  weft_cancel(f);
  show("await", weft_await(f));
  check_pool(pool);
  return 0;
}

/* Cancelled before it was begun: it never runs, what is behind it does. */
static int unstarted(weft_executor *pool) {
  int numbers[] = {1, 2, 3};
  weft_future *f[3];
  for (int i = 0; i < 3; i++) {
    f[i] = weft_run_in_executor(pool, echo, &numbers[i]);
  }
  weft_cancel(f[1]);
  weft_await(f[0]);
  weft_await(f[2]);
  for (int i = 0; i < 3; i++) {
    printf("%s\n", weft_error_name(weft_result(f[i])));
  }
  return 0;
}

/* One spins; the quick ones behind it on the same worker are not lost. */
static int behind(weft_executor *pool) {
  enum { COUNT = 100 };
  int in = 0;
  check_pool(pool);
  weft_future *bad = weft_run_in_executor(pool, spin, &in), *f[COUNT];
  for (int i = 0; i < COUNT; i++) {
    f[i] = weft_run_in_executor(pool, quiet, &i);
  }
  show("wait_for", weft_wait_for(bad, 0.05));
  show("gather", weft_gather(f, COUNT, NULL));
  return 0;
}

static int once(weft_executor *pool, weft_future *future, const char *name) {
  show(name, weft_await(future));
  weft_release(future);
  check_pool(pool);
  return 0;
}

static int trapping(weft_executor *pool) {
  int in = 3;
  return once(pool, weft_run_in_executor(pool, trap, &in), "trap");
}
static int leaving(weft_executor *pool) {
  int in = 3;
  return once(pool, weft_run_in_executor(pool, leave, &in), "leave");
}
static int overflowing(weft_executor *pool) {
  int in = 3;
  return once(pool, weft_run_in_executor(pool, overflow, &in), "overflow");
}
static int gigabyte(weft_executor *pool) {
  size_t size = (size_t)1 << 30;
  weft_future *f = weft_run_in_executor_bytes(pool, large, &size, sizeof size);
  int rc = weft_await(f);
  weft_job_output(f, &size);
  if (rc < 0)
    show("1 GB", rc);
  else
    printf("1 GB: %s\n", size == (size_t)1 << 30 ? "ok" : "cut");
  weft_release(f);
  check_pool(pool);
  return 0;
}
static int devouring(weft_executor *pool) {
  int in = 3;
  return once(pool, weft_run_in_executor(pool, greedy, &in), "greedy");
}

static int tasks(weft_executor *pool) {
  int in = 100, out;
  weft_future *f = weft_run_in_executor(pool, with_tasks, &in);
  printf("%d", weft_await_job(f, with_tasks, &out));
  printf(" %d\n", out);
  f = weft_run_in_executor(pool, nest, &in);
  show("nested", weft_await(f));
  return 0;
}

static int output(weft_executor *pool) {
  weft_future *f[2];
  for (int i = 0; i < 2; i++) f[i] = weft_run_in_executor(pool, talk, &i);
  weft_await(f[0]);
  printf("|\n");
  weft_await(f[1]);
  printf("|\n");
  return 0;
}

static int priorities(weft_executor *pool) {
  int numbers[] = {0, 1, 2, 3, 4}, priority[] = {9, 0, -1, 5, 5};
  weft_future *f[5];
  for (int i = 0; i < 5; i++) {
    weft_job_options options = {.priority = priority[i]};
    f[i] = weft_run_in_executor_with(pool, echo, &numbers[i], &options);
  }
  return weft_gather(f, 5, NULL);
}

static int tick(void *arg) {
  int *ticks = arg;
  for (;; ++*ticks) {
    int rc = weft_sleep(0);
    if (rc < 0) return rc;
  }
}

static int limit(weft_executor *unused) {
  (void)unused;
  weft_executor_options options = {
      .max_workers = 1, .queue_limit = 2, .refuse = true};
  weft_executor *pool = weft_executor_create_with(&options);
  weft_future *f[4];
  for (int i = 0; i < 4; i++) {
    f[i] = weft_run_in_executor(pool, quiet, &i);
    if (weft_done(f[i])) show("refused", weft_result(f[i]));
  }
  show("gather", weft_gather(f, 3, NULL));
  weft_executor_shutdown(pool, false);

  options.refuse = false;
  pool = weft_executor_create_with(&options);
  int ticks = 0;
  weft_task *ticker = weft_create_task(tick, &ticks);
  for (int i = 0; i < 4; i++) {
    int before = ticks;
    f[i] = weft_run_in_executor(pool, quiet, &i);
    printf("submit %d %s\n", i, ticks == before ? "went on" : "waited");
  }
  weft_cancel(ticker);
  show("gather", weft_gather(f, 4, NULL));
  return 0;
}

static int map(weft_executor *pool) {
  enum { COUNT = 25 };
  int in[COUNT], out[COUNT], seen[COUNT] = {0};
  for (int i = 0; i < COUNT; i++) in[i] = i;
  weft_map *m = weft_executor_map(pool, twice, in, COUNT, 4);
  int errors = 0, right = 0;
  for (;;) {
    size_t index;
    int value, rc = weft_map_next(m, &index, &value);
    if (rc == WEFT_EEMPTY) break;
    seen[index]++;
    if (rc == WEFT_EIO && index % 10 == 7) errors++;
    if (rc == (int)index && value == 2 * (int)index) right++;
  }
  weft_map_close(m);
  int all = 0;
  for (int i = 0; i < COUNT; i++) all += seen[i] == 1;
  printf("map: %d seen once, %d errors, %d right\n", all, errors, right);

  show("map_all with an error",
       weft_executor_map_all(pool, twice, in, COUNT, out, 3));
  memset(out, 0, sizeof out);
  show("map_all", weft_executor_map_all(pool, quiet, in, COUNT, out, 0));
  right = 0;
  for (int i = 0; i < COUNT; i++) right += out[i] == 2 * i;
  printf("%d right\n", right);
  m = weft_executor_map(pool, quiet, in, 0, 0);
  show("of nothing", weft_map_next(m, NULL, NULL));
  weft_map_close(m);
  return 0;
}

static int closing(weft_executor *pool) {
  int i = 7;
  weft_future *f = weft_run_in_executor(pool, quiet, &i);
  show("shutdown", weft_executor_shutdown(pool, false));
  printf("done: %d\n", weft_done(f));
  show("submit", weft_await(weft_run_in_executor(pool, quiet, &i)));
  show("again", weft_executor_shutdown(pool, false));

  pool = patient();
  f = weft_run_in_executor(pool, spin_politely, &i);
  weft_future *g = weft_run_in_executor(pool, quiet, &i);
  weft_sleep(0.3);
  show("shutdown", weft_executor_shutdown(pool, true));
  show("ran", weft_await(f));
  show("waited", weft_await(g));
  return 0;
}

/* Each worker has a memory of its own, which lasts until it is dropped. */
static int idle(weft_executor *unused) {
  (void)unused;
  weft_executor_options options = {.max_workers = 1, .idle = 0.05};
  weft_executor *pool = weft_executor_create_with(&options);
  int in = 0, out;
  for (int i = 0; i < 3; i++) {
    weft_future *f = weft_run_in_executor(pool, count_calls, &in);
    weft_await_job(f, count_calls, &out);
    printf("%d\n", out);
    if (i == 1) weft_sleep(0.2);
  }
  return 0;
}

static int start(weft_executor *pool) {
  printf("%d %d\n", weft_executor_start(pool), weft_executor_workers(pool));
  check_pool(pool);
  return 0;
}

/* Has used its workers, and then does nothing for a second. */
static int rest(weft_executor *pool) {
  check_pool(pool);
  weft_sleep(1);
  puts("rested");
  return 0;
}

/* Jobs that may be run again: none is lost when a server is. */
static int endure(weft_executor *pool) {
  enum { COUNT = 40 };
  weft_job_options options = {.idempotent = true};
  weft_future *f[COUNT];
  for (int i = 0; i < COUNT; i++) {
    f[i] = weft_run_in_executor_with(pool, labour, &i, &options);
  }
  show("gather", weft_gather(f, COUNT, NULL));
  int right = 0;
  for (int i = 0; i < COUNT; i++) {
    int out;
    right += weft_await_job(f[i], labour, &out) >= 0 && out == 2 * i;
  }
  printf("%d right\n", right);
  return 0;
}

/* The main task ends while jobs run: they are ended with the run. */
static int abandon(weft_executor *pool) {
  int in = 0;
  weft_run_in_executor(pool, spin, &in);
  weft_run_in_executor(pool, quiet, &in);
  return 0;
}

static int bad(weft_executor *pool) {
  (void)pool;
  weft_executor_options options = {.max_workers = -1};
  printf("%s", weft_executor_create_with(&options) ? "made\n" : "");
  show("-1 workers", WEFT_EINVAL);
  return 0;
}

#define CASE(name) {#name, name}
static const struct {
  const char *name;
  int (*run)(weft_executor *pool);
} cases[] = {
    CASE(results),  CASE(big),        CASE(many),         CASE(spinning),
    CASE(polite),   CASE(behind),     CASE(trapping),     CASE(leaving),
    CASE(gigabyte), CASE(devouring),  CASE(overflowing),  CASE(tasks),
    CASE(output),   CASE(priorities), CASE(limit),        CASE(map),
    CASE(closing),  CASE(idle),       CASE(start),        CASE(abandon),
    CASE(live),     CASE(bad),        CASE(unstarted),    CASE(endure),
    CASE(rest),     CASE(forced),     CASE(willing),      CASE(reluctant),
    CASE(hasty),    CASE(unsent),     CASE(closed_early), CASE(two_starters),
};

static int run_case(void *arg) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(cases[i].name, arg) == 0) {
      return cases[i].run(weft_executor_create(workers));
    }
  }
  return WEFT_ENOTFOUND;
}

int main(int argc, char **argv) {
  if (argc > 2) workers = atoi(argv[2]);
  int rc = argc > 1 ? weft_run(run_case, argv[1]) : WEFT_EINVAL;
  if (rc < 0) printf("%s: %s\n", argv[1], weft_errmsg(rc));
  return rc < 0;
}
