/*
 * What a server answers to an executor's jobs: whatever it sends, in whatever
 * pieces, and whichever allocation fails, each job ends, its output is memory
 * of its size, and nothing leaks.
 *
 * The input: the pieces' size; when to cancel; which allocation fails (0:
 * none; from 128 on, all after it too); then what is answered, by as many
 * connections as the executor opens, until it is used up.
 */
#include "allocator.h"
#include "fuzz.h"
#include "remote.h"
#include "stream.h"

#include <weft.h>

/* ---- the jobs; only their names travel */

typedef struct pair {
  int32_t a, b;
} pair;

static int typed(const pair *in, pair *out) {
  *out = *in;
  return 0;
}
WEFT_JOB(typed, pair, pair);

static int bytes(const void *in, size_t size, weft_output *out) {
  (void)in, (void)size, (void)out;
  return 0;
}
WEFT_JOB_BYTES(bytes);

/* ---- the host: one connection at a time, whose other end is the input */

static input answer;
static weft__stream *peer; /* NULL: there is no connection */
static bool opened, reading, asked, done;

static void host_read(weft__stream *s, bool on) {
  if (s == peer) reading = on;
}
static size_t host_write(weft__stream *s, const char *data, size_t size) {
  (void)data;
  if (s == peer) asked = true;
  return size;
}
static void host_shutdown(weft__stream *s) { (void)s; }
static void host_abort(weft__stream *s) {
  if (s == peer) peer = NULL;
}

static const weft__stream_ops ops = {.read = host_read,
                                     .write = host_write,
                                     .shutdown = host_shutdown,
                                     .close = host_shutdown,
                                     .abort = host_abort};

int weft__host_connect(weft__stream *s, const weft__target *target) {
  CHECK(!strcmp(target->host, "server") && target->port == 80);
  s->ops = &ops;
  peer = s;
  opened = reading = asked = false;
  return 0;
}

void weft__host_print(int fd, const char *text, size_t size) {
  CHECK(fd == 1 || fd == 2);
  touch(text, size);
}

/* In place of tests/native/executor.c. */
const weft__worker_kind *
weft__host_workers(const weft_executor_options *options, int *count,
                   void **host, int *rc) {
  (void)options;
  *count = 1;
  *host = weft__remote_new("http://server", "token", NULL, rc);
  return *host ? &weft__remote_workers : NULL;
}
void weft__host_forget(void *host) { weft__remote_release(host); }
void weft__host_look(weft__handle *handle) { weft__ready(handle); }

/* The other end: it opens, waits for a request, and answers. */
static int serve(void *arg) {
  size_t piece = *(const size_t *)arg, room;
  while (!done) {
    weft_sleep(0);
    if (peer && !opened) {
      opened = true;
      weft__stream_opened(peer);
    } else if (peer && asked && reading && !peer->ended) {
      char *place = weft__stream_room(peer, 1, &room);
      if (!place) continue;
      CHECK(room > 0);
      if (room > piece) room = piece;
      if (room > answer.size) room = answer.size;
      memcpy(place, answer.data, room);
      answer.data += room;
      answer.size -= room;
      if (room) weft__stream_arrived(peer, room);
      if (!answer.size) weft__stream_ended(peer);
    }
  }
  return 0;
}

/* ---- the program */

/* Cancels a job some passes later. */
static void cancel_after(weft_future *future, unsigned passes) {
  if (!passes) return;
  while (--passes > 0) weft_sleep(0);
  weft_cancel(future);
}

static void check_end(int rc) {
  if (rc < 0) CHECK(weft_errmsg(rc)[0]);
}

static void ask_bytes(weft_executor *pool, unsigned passes) {
  weft_future *future = weft_run_in_executor_bytes(pool, bytes, "input", 5);
  if (!future) return;
  cancel_after(future, passes);
  int rc = weft_await(future);
  check_end(rc);
  size_t size;
  const char *output = weft_job_output(future, &size);
  touch(output, size);
  weft_release(future);
}

static void ask_typed(weft_executor *pool) {
  pair in = {1, 2}, out;
  weft_future *future = weft_run_in_executor(pool, typed, &in);
  if (!future) return;
  check_end(weft_await_job(future, typed, &out));
  weft_release(future);
}

static void ask_map(weft_executor *pool) {
  pair in[3] = {{1, 2}, {3, 4}, {5, 6}}, out;
  size_t index;
  weft_map *map = weft_executor_map(pool, typed, in, 3, 2);
  if (!map) return;
  for (int i = 0; i < 3; i++) {
    index = 0;
    check_end(weft_map_next(map, &index, &out));
    CHECK(index < 3);
  }
  weft_map_close(map);
}

static void ask(unsigned passes) {
  weft_executor *pool = weft_executor_create(0);
  if (!pool) return;
  ask_bytes(pool, passes);
  ask_typed(pool);
  ask_map(pool);
  int rc = weft_executor_shutdown(pool, false);
  CHECK(rc == 0 || rc == WEFT_ENOMEM);
}

static int run(void *arg) {
  input *in = arg;
  size_t piece = 1 + next(in);
  unsigned passes = next(in) % 32, fails = next(in);
  answer = *in;
  weft_task *server = weft_create_task(serve, &piece);
  CHECK(server && weft_sleep(0) == 0);
  test_fail_allocation(fails % 128, fails >= 128);
  ask(passes);
  test_fail_allocation(0, false);
  done = true;
  CHECK(weft_await(server) == 0);
  return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  input in = {data, size};
  peer = NULL;
  done = false;
  CHECK(weft_run(run, &in) == 0);
  return 0;
}
