/* Out of memory in executors: jobs that run in the program itself. */
#include "allocation.h"

static int twice(const int *in, int *out) {
  *out = 2 * *in;
  return 0;
}
WEFT_JOB(twice, int, int)

static int slow(const int *in, int *out) {
  *out = *in;
  for (int i = 0; i < 3; i++) TRY(weft_sleep(0));
  return 0;
}
WEFT_JOB(slow, int, int)

static int reverse(const void *input, size_t size, weft_output *output) {
  const char *in = input;
  char *out = (malloc)(size);
  if (!out) return WEFT_ENOMEM;
  for (size_t i = 0; i < size; i++) out[i] = in[size - 1 - i];
  *output = (weft_output){out, size};
  return 0;
}
WEFT_JOB_BYTES(reverse)

/* The pool is shut down when this fails, and so lives no longer. */
static int one_by_one(weft_executor *pool) {
  int in = 21, out;
  size_t size;
  weft_future *f = weft_run_in_executor(pool, twice, &in);
  if (!f) return WEFT_ENOMEM;
  int rc = weft_await_job(f, twice, &out);
  weft_release(f);
  if (rc < 0) return rc;
  f = weft_run_in_executor_bytes(pool, reverse, "desserts", 8);
  if (!f) return WEFT_ENOMEM;
  rc = weft_await(f);
  const char *output = weft_job_output(f, &size);
  bool right = rc < 0 || (size == 8 && !memcmp(output, "stressed", 8));
  weft_release(f);
  return right ? rc : WEFT_EPROTO;
}

/* The fourth waits for room in the queue; the last is cancelled. */
static int many(weft_executor *pool) {
  weft_future *f[5];
  int rc = 0, out;
  for (int i = 0; i < 5; i++) {
    weft_job_options options = {.priority = i, .idempotent = i % 2};
    f[i] = weft_run_in_executor_with(pool, slow, &i, &options);
    if (!f[i]) rc = WEFT_ENOMEM;
  }
  if (f[4]) weft_cancel(f[4]);
  for (int i = 0; i < 5; i++) {
    if (!f[i]) continue;
    int ended = i < 4 ? weft_await_job(f[i], slow, &out) : weft_await(f[i]);
    if (i == 4 && ended == WEFT_ECANCELED) ended = 0;
    if (rc >= 0) rc = ended;
    weft_release(f[i]);
  }
  return rc;
}

static int maps(weft_executor *pool) {
  int in[7] = {1, 2, 3, 4, 5, 6, 7}, out[7], value;
  size_t index;
  TRY(weft_executor_map_all(pool, twice, in, 7, out, 3));
  if (out[6] != 14) return WEFT_EPROTO;
  weft_map *map = weft_executor_map(pool, twice, in, 7, 2);
  if (!map) return WEFT_ENOMEM;
  int rc = weft_map_next(map, &index, &value);
  weft_map_close(map); /* the other parts are cancelled */
  return rc;
}

/* What runs is cancelled with its pool, and has its grace. */
static int graceful(void) {
  weft_executor *pool = weft_executor_create(1);
  if (!pool) return WEFT_ENOMEM;
  int in = 5;
  weft_future *f = weft_run_in_executor(pool, slow, &in);
  int rc = f ? weft_sleep(0) : WEFT_ENOMEM;
  if (f) weft_release(f);
  int ended = weft_executor_shutdown(pool, true);
  return rc < 0 ? rc : ended;
}

static int scenario(void *arg) {
  (void)arg;
  int in = 4, out;
  TRY(graceful());                       /* the first to need a timer */
  TRY(weft_to_thread(twice, &in, &out)); /* the default pool */
  weft_executor_options options = {.queue_limit = 3};
  weft_executor *pool = weft_executor_create_with(&options);
  if (!pool) return WEFT_ENOMEM;
  int rc = weft_executor_start(pool);
  if (rc >= 0) rc = one_by_one(pool);
  if (rc >= 0) rc = many(pool);
  if (rc >= 0) rc = maps(pool);
  in = 5;
  weft_release(weft_run_in_executor(pool, slow, &in));
  int ended = weft_executor_shutdown(pool, rc < 0);
  return rc < 0 ? rc : ended;
}

int main(void) {
  weft_run_options options = {.virtual_clock = true};
  return fail_each_allocation(scenario, &options, 20);
}
