/*
 * Streams over a host that is made up: bytes arrive in pieces of any size, at
 * any time, and whatever is read, and however reads are cancelled, they come
 * out as they went in. Run under the sanitizers with many seeds.
 */
#include "stream.h"

#include <string.h>
#include <weft.h>

#include "../lib/check.h"

enum { SEEDS = 300, TOTAL = 20000, LIMIT = 64 };

static unsigned state;
static unsigned pick(unsigned below) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % below;
}

/* ---- the host */

static char source[TOTAL], sink[TOTAL];
static size_t fed, sent;
static bool reading, host_closed;
static weft__stream *record;

static void host_read(weft__stream *s, bool on) {
  (void)s;
  reading = on;
}

static size_t host_write(weft__stream *s, const char *bytes, size_t size) {
  size_t some = 1 + pick((unsigned)size);
  memcpy(sink + sent, bytes, some);
  sent += some;
  if (some < size || pick(3) == 0) {
    s->busy = true;
    s->in_flight = pick((unsigned)some + 1);
  }
  return some;
}

static void host_shutdown(weft__stream *s) { (void)s; }
static void host_close(weft__stream *s) {
  (void)s;
  host_closed = true;
}
static void host_abort(weft__stream *s) { (void)s; }

static const weft__stream_ops ops = {.read = host_read,
                                     .write = host_write,
                                     .shutdown = host_shutdown,
                                     .close = host_close,
                                     .abort = host_abort};

/* Delivers all, in pieces, then the end; takes what is written. */
static int feed(void *arg) {
  (void)arg;
  while (fed < TOTAL || !host_closed) {
    weft_sleep(0);
    if (record->busy && pick(2)) {
      record->in_flight = 0;
      weft__stream_writable(record);
    }
    if (fed == TOTAL || !reading || pick(3) == 0) continue;
    size_t size = 1 + pick(pick(4) ? 8 : 200), room;
    if (size > TOTAL - fed) size = TOTAL - fed;
    char *place = weft__stream_room(record, pick(2) ? size : 1, &room);
    CHECK(place && room > 0);
    if (size > room) size = room;
    memcpy(place, source + fed, size);
    weft__stream_arrived(record, size);
    fed += size;
    if (fed == TOTAL) weft__stream_ended(record);
  }
  weft__stream_lost(record, 0, NULL);
  return 0;
}

/* ---- the program */

static size_t at; /* of the source: what has come out */

static void expect(const char *data, size_t size) {
  CHECK(size <= TOTAL - at && !memcmp(data, source + at, size));
  at += size;
}

/* While more arrives, what was lent stays as it was. */
static void hold_on(void) {
  for (unsigned n = pick(4); n > 0; n--) {
    if (weft_sleep(0) < 0) weft_uncancel(weft_current_task());
  }
}

/* One read of any kind, which may be cancelled at any moment. */
static int read_some(weft_stream *s) {
  char buffer[300], *data = buffer;
  size_t size = 1 + pick(pick(3) ? 20 : sizeof buffer);
  int rc;
  switch (pick(5)) {
  case 0: rc = weft_read(s, buffer, size); break;
  case 1: rc = weft_readexactly(s, buffer, size); break;
  case 2:
    rc = weft_readline(s, &data);
    /* A line too long is thrown away, up to its end or all there is. */
    if (rc == WEFT_ELIMIT) at = fed - weft__buffer_size(&record->in);
    if (rc > 0) CHECK(data[rc] == 0);
    break;
  case 3:
    rc = weft_readuntil(s, "ab", 2, &data);
    if (rc > 0) CHECK(data[rc] == 0 && !memcmp(data + rc - 2, "ab", 2));
    break;
  default: {
    const char *there;
    rc = weft_peek(s, &there);
    if (rc <= 0) break;
    CHECK(!memcmp(there, source + at, (size_t)rc));
    rc = (int)pick((unsigned)rc + 1);
    CHECK(weft_consume(s, (size_t)rc) == 0);
    at += (size_t)rc;
    return 1;
  }
  }
  if (rc == WEFT_EINCOMPLETE) rc = weft_partial(s);
  if (rc > 0) {
    if (data != buffer) hold_on();
    expect(data, (size_t)rc);
  }
  return rc;
}

static weft_task *reader;

static int interrupt(void *arg) {
  (void)arg;
  while (!weft_done(reader)) {
    weft_sleep(0);
    if (pick(20) == 0) weft_cancel(reader);
  }
  return 0;
}

static int read_all(void *arg) {
  weft_stream *s = arg;
  while (!weft_at_eof(s)) {
    int rc = read_some(s);
    if (rc == WEFT_ECANCELED) weft_uncancel(weft_current_task());
    CHECK(rc >= 0 || rc == WEFT_ECANCELED || rc == WEFT_ELIMIT);
    if (rc == WEFT_ELIMIT && pick(2)) { /* readuntil keeps it: go on */
      char one;
      if (weft_read(s, &one, 1) == 1) expect(&one, 1);
    }
  }
  return 0;
}

static int write_all(void *arg) {
  weft_stream *s = arg;
  for (size_t put = 0; put < TOTAL;) {
    size_t size = 1 + pick(pick(3) ? 20 : 6000);
    if (size > TOTAL - put) size = TOTAL - put;
    CHECK(weft_write(s, source + put, size) == 0);
    put += size;
    if (pick(3) == 0) CHECK(weft_drain(s) == 0);
  }
  return 0;
}

static int run(void *arg) {
  (void)arg;
  for (size_t i = 0; i < TOTAL; i++) {
    source[i] = pick(30) ? (char)('a' + pick(6)) : '\n';
  }
  fed = sent = at = 0;
  reading = host_closed = false;
  weft_stream_options options = {.limit = LIMIT, .high = 500};
  record = weft__stream_new(&options);
  record->ops = &ops;
  weft__stream_opened(record);
  weft_stream *s = weft__record_hold(&record->record);
  weft__stream_pace(record);

  weft_task *feeder = weft_create_task(feed, NULL);
  reader = weft_create_task(read_all, s);
  weft_task *writer = weft_create_task(write_all, s);
  weft_task *interrupter = weft_create_task(interrupt, NULL);
  CHECK(weft_await(reader) == 0);
  CHECK(at == TOTAL);
  CHECK(weft_await(writer) == 0);
  CHECK(weft_await(interrupter) == 0);
  weft_close(s);
  CHECK(weft_wait_closed(s) == 0);
  CHECK(sent == TOTAL && !memcmp(sink, source, TOTAL));
  CHECK(weft_await(feeder) == 0);
  CHECK(weft_read(s, sink, 1) == WEFT_ESTALE);
  return 0;
}

int main(void) {
  for (unsigned seed = 1; seed <= SEEDS; seed++) {
    state = seed;
    CHECK(weft_run(run, NULL) == 0);
  }
  return 0;
}
