/*
 * What a writer is told when things go wrong, over a host that is made up: out
 * of memory, sizes that no memory has, ends in the middle of starting TLS; and
 * when he may go on.
 */
#include "stream.h"
#include "tls.h"

#include "allocator.h"

#include <stdint.h>
#include <weft.h>

#include "../lib/check.h"

/* ---- the host: it takes `most` bytes, and is then busy */

static size_t sent, most;
static bool host_closed, host_aborted;

static void host_read(weft__stream *s, bool on) { (void)s, (void)on; }
static size_t host_write(weft__stream *s, const char *bytes, size_t size) {
  (void)bytes;
  if (size > most) {
    s->busy = true;
    size = most;
  }
  sent += size;
  return size;
}
static void host_shutdown(weft__stream *s) { (void)s; }
static void host_close(weft__stream *s) {
  (void)s;
  host_closed = true;
}
static void host_abort(weft__stream *s) {
  (void)s;
  host_aborted = true;
}

static const weft__stream_ops ops = {.read = host_read,
                                     .write = host_write,
                                     .shutdown = host_shutdown,
                                     .close = host_close,
                                     .abort = host_abort};

static weft__stream *record;

static weft_stream *open_stream(size_t takes) {
  record = weft__stream_new(NULL);
  record->ops = &ops;
  record->plain = true;
  weft__stream_opened(record);
  weft__stream_pace(record);
  sent = 0;
  most = takes;
  host_closed = host_aborted = false;
  return weft__record_hold(&record->record);
}

/* ---- out of memory */

static char bytes[10000];

static void part_of_a_write_has_gone(void) {
  weft_stream *s = open_stream(100);
  test_fail_allocation(1, false);
  CHECK(weft_write(s, bytes, sizeof bytes) == WEFT_ENOMEM);
  CHECK(sent == 100 && host_aborted);
  CHECK(weft_write(s, bytes, 1) == WEFT_ENOMEM);
  CHECK(weft_wait_closed(s) == WEFT_ENOMEM);
}

static void nothing_of_a_write_has_gone(void) {
  weft_stream *s = open_stream(SIZE_MAX);
  test_fail_allocation(1, false);
  CHECK(weft_write(s, bytes, 10) == WEFT_ENOMEM);
  CHECK(weft_write(s, bytes, 20) == 0);
  CHECK(weft_sleep(0) == 0);
  CHECK(sent == 20 && !host_aborted);
  weft_abort(s);
  CHECK(weft_wait_closed(s) == 0);
}

static void a_size_that_wraps(void) {
  weft_stream *s = open_stream(SIZE_MAX);
  weft_bytes pieces[] = {{bytes, SIZE_MAX / 2 + 1}, {bytes, SIZE_MAX / 2 + 1}};
  CHECK(weft_writelines(s, pieces, 2) == WEFT_ENOMEM);
  CHECK(weft_sleep(0) == 0);
  CHECK(sent == 0);
  weft_abort(s);
  CHECK(weft_wait_closed(s) == 0);
}

/* ---- the marks */

static int drain(void *arg) { return weft_drain(arg); }

static void below_the_low_mark(void) {
  weft_stream *s = open_stream(0);
  record->high = 100;
  record->low = 40;
  CHECK(weft_write(s, bytes, 100) == 0);
  CHECK(weft_drain(s) == 0);
  CHECK(weft_write(s, bytes, 1) == 0);
  weft_task *tasks[] = {weft_create_task(drain, s), weft_create_task(drain, s)};
  CHECK(weft_sleep(0) == 0);
  most = 60; /* 41 are left */
  weft__stream_writable(record);
  CHECK(weft_sleep(0) == 0 && !weft_done(tasks[0]));
  most = 1;
  weft__stream_writable(record);
  for (int i = 0; i < 2; i++) CHECK(weft_await_release(tasks[i]) == 0);
  weft_abort(s);
  CHECK(weft_wait_closed(s) == 0);
}

/* ---- TLS that is being started */

static int host_tls(weft__stream *s, const weft_tls *tls, const char *name) {
  (void)s, (void)tls, (void)name;
  return 0;
}
static const weft_tls tls = {.start = host_tls};

static int start_tls(void *arg) { return weft_start_tls(arg, &tls, "peer"); }

static void closed_during_the_handshake(void) {
  weft_stream *s = open_stream(SIZE_MAX);
  weft_task *task = weft_create_task(start_tls, s);
  CHECK(weft_sleep(0) == 0);
  CHECK(weft_stream_release(s) == 0);
  weft__stream_opened(record);
  CHECK(weft_await_release(task) == 0);
  CHECK(host_closed);
  weft__stream_lost(record, 0, NULL);
}

static void released_before_the_handshake(void) {
  weft_stream *s = open_stream(0);
  CHECK(weft_write(s, bytes, 10) == 0);
  weft_task *task = weft_create_task(start_tls, s);
  CHECK(weft_sleep(0) == 0);
  CHECK(weft_stream_release(s) == 0);
  weft__stream_lost(record, WEFT_ECONNRESET, NULL);
  CHECK(weft_await_release(task) == WEFT_ECONNRESET);
}

static void cancelled_in_the_handshake(void) {
  weft_stream *s = open_stream(SIZE_MAX);
  weft_task *task = weft_create_task(start_tls, s);
  CHECK(weft_sleep(0) == 0);
  char c;
  CHECK(weft_read(s, &c, 1) == WEFT_EALREADY);
  weft_cancel(task);
  CHECK(weft_await_release(task) == WEFT_ECANCELED);
  CHECK(host_aborted);
  CHECK(weft_write(s, bytes, 1) == WEFT_ECLOSED);
  CHECK(weft_wait_closed(s) == WEFT_ECLOSED);
}

static void cancelled_before_the_handshake(void) {
  weft_stream *s = open_stream(0);
  CHECK(weft_write(s, bytes, 10) == 0);
  weft_task *task = weft_create_task(start_tls, s);
  CHECK(weft_sleep(0) == 0);
  weft_cancel(task);
  CHECK(weft_await_release(task) == WEFT_ECANCELED);
  most = SIZE_MAX;
  weft__stream_writable(record);
  CHECK(sent == 10 && !host_aborted);
  CHECK(weft_write(s, bytes, 1) == 0);
  weft_abort(s);
  CHECK(weft_wait_closed(s) == 0);
}

static int run(void *arg) {
  (void)arg;
  part_of_a_write_has_gone();
  nothing_of_a_write_has_gone();
  a_size_that_wraps();
  below_the_low_mark();
  closed_during_the_handshake();
  released_before_the_handshake();
  cancelled_in_the_handshake();
  cancelled_before_the_handshake();
  return 0;
}

int main(void) {
  CHECK(weft_run(run, NULL) == 0);
  return 0;
}
