/*
 * Reading from a stream: whatever arrives, in whatever pieces, however it is
 * read, with whatever limit, and whenever a read is cancelled or the
 * connection breaks, the bytes come out as they went in, and each kind of read
 * keeps its promise.
 *
 * The input: the limit; how many bytes of a script follow, which says what is
 * done next; then what the peer sends.
 */
#include "stream.h"

#include "fuzz.h"

#include <weft.h>

enum { LARGEST = 100 };

static input script;
static const char *source;
static size_t total, fed, at; /* of the source: all, arrived, come out */
static size_t limit;
static bool reading, broken, done;
static weft__stream *record;
static weft_task *reader;

/* ---- the host */

static void host_read(weft__stream *s, bool on) {
  (void)s;
  reading = on;
}
static size_t host_write(weft__stream *s, const char *bytes, size_t size) {
  (void)s, (void)bytes;
  return size;
}
static void host_nothing(weft__stream *s) { (void)s; }

static const weft__stream_ops ops = {.read = host_read,
                                     .write = host_write,
                                     .shutdown = host_nothing,
                                     .close = host_nothing,
                                     .abort = host_nothing};

static void deliver(size_t size, bool exact) {
  size_t room;
  if (size > total - fed) size = total - fed;
  if (!size) return;
  char *place = weft__stream_room(record, exact ? size : 1, &room);
  CHECK(place && room >= (exact ? size : 1));
  if (size > room) size = room;
  memcpy(place, source + fed, size);
  weft__stream_arrived(record, size);
  fed += size;
}

/* Delivers all, then the end; or breaks the connection before. */
static int feed(void *arg) {
  (void)arg;
  while (!done && fed < total) {
    unsigned step = script.size ? next(&script) : 1;
    if (step % 16 == 15) weft_cancel(reader);
    if (step == 255) {
      broken = true;
      weft__stream_lost(record, WEFT_ECONNRESET, "the peer has gone");
      return 0;
    }
    if (reading) deliver(step % 64, step & 64);
    weft_sleep(0);
  }
  if (!done) weft__stream_ended(record);
  return 0;
}

/* ---- the program */

static void expect(const char *data, size_t size) {
  CHECK(size <= fed - at && !memcmp(data, source + at, size));
  at += size;
}

/* Expects what was lent, with its NUL, also when more has arrived since. */
static void expect_lent(const char *data, size_t size) {
  for (unsigned passes = next(&script) % 8; passes > 0; passes--) {
    if (weft_sleep(0) < 0) weft_uncancel(weft_current_task());
  }
  CHECK(!data[size]);
  expect(data, size);
}

/* The first separator from `at` on, or -1. */
static long separator_at(const char *separator, size_t size) {
  for (size_t i = at; i + size <= total; i++) {
    if (!memcmp(source + i, separator, size)) return (long)(i - at);
  }
  return -1;
}

static int read_until(weft_stream *s, size_t size) {
  static const char separator[] = "\r\n\r\n";
  char *data;
  long before = separator_at(separator, size);
  int rc = weft_readuntil(s, separator, size, &data);
  if (rc >= 0) {
    CHECK(rc == before + (int)size && (size_t)before <= limit);
    expect_lent(data, (size_t)rc);
  } else if (rc == WEFT_EINCOMPLETE) {
    CHECK(before < 0 && fed == total);
    CHECK((size_t)weft_partial(s) == total - at);
    expect_lent(data, total - at);
  } else if (rc == WEFT_ELIMIT) {
    CHECK(before < 0 || (size_t)before > limit);
  }
  return rc;
}

static int read_line(weft_stream *s) {
  char *line;
  long before = separator_at("\n", 1);
  int rc = weft_readline(s, &line);
  if (rc >= 0) {
    CHECK(rc == (before < 0 ? (int)(total - at) : before + 1));
    expect_lent(line, (size_t)rc);
  } else if (rc == WEFT_ELIMIT) { /* at most the line is thrown away */
    size_t now = fed - weft__buffer_size(&record->in);
    CHECK(before < 0 || (size_t)before > limit);
    CHECK(now > at && (before < 0 || now - at <= (size_t)before + 1));
    at = now;
  }
  return rc;
}

static int read_bytes(weft_stream *s, size_t size, bool exactly) {
  char buffer[LARGEST];
  int rc =
      exactly ? weft_readexactly(s, buffer, size) : weft_read(s, buffer, size);
  if (rc >= 0) {
    CHECK(exactly ? rc == (int)size : rc <= (int)size);
    CHECK(rc > 0 || !size || at == total);
    expect(buffer, (size_t)rc);
  } else if (rc == WEFT_EINCOMPLETE) {
    CHECK(fed == total && (size_t)weft_partial(s) == total - at);
    expect(buffer, total - at);
  }
  return rc;
}

static int look(weft_stream *s, size_t size) {
  const char *data;
  int rc = weft_peek(s, &data);
  if (rc <= 0) return rc;
  CHECK((size_t)rc <= fed - at && !memcmp(data, source + at, (size_t)rc));
  if (size > (size_t)rc) {
    CHECK(weft_consume(s, size) == WEFT_EINVAL);
    return rc;
  }
  CHECK(weft_consume(s, size) == 0);
  at += size;
  return rc;
}

static int read_all_of_it(weft_stream *s, size_t most) {
  char *data;
  int rc = weft_readall(s, most, &data);
  if (rc == WEFT_ELIMIT) CHECK(total - at > most);
  if (rc < 0) return rc;
  CHECK((size_t)rc == total - at && (size_t)rc <= most);
  expect_lent(data, (size_t)rc);
  return rc;
}

/* One read, of a kind that the script chooses; without it, what goes on. */
static int read_some(weft_stream *s) {
  if (!script.size) return read_bytes(s, LARGEST, false);
  unsigned kind = next(&script), size = next(&script) % LARGEST;
  switch (kind % 6) {
  case 0: return read_bytes(s, size, false);
  case 1: return read_bytes(s, size, true);
  case 2: return read_line(s);
  case 3: return read_until(s, 1 + size % 4);
  case 4: return read_all_of_it(s, size);
  default: return look(s, size);
  }
}

static int read_all(void *arg) {
  weft_stream *s = arg;
  while (!weft_at_eof(s)) {
    int rc = read_some(s);
    if (rc == WEFT_ECANCELED) weft_uncancel(weft_current_task());
    if (broken && rc == WEFT_ECONNRESET) return 0;
    CHECK(rc >= 0 || rc == WEFT_ECANCELED || rc == WEFT_ELIMIT ||
          rc == WEFT_EINCOMPLETE);
  }
  CHECK(at == total);
  return 0;
}

static int run(void *arg) {
  (void)arg;
  weft_stream_options options = {.limit = limit};
  record = weft__stream_new(&options);
  CHECK(record);
  record->ops = &ops;
  weft__stream_opened(record);
  weft_stream *s = weft__record_hold(&record->record);
  weft__stream_pace(record);
  reader = weft_create_task(read_all, s);
  weft_task *feeder = weft_create_task(feed, NULL);
  /* Cancelled before it has begun, it does not run at all. */
  int rc = weft_await(reader);
  CHECK(rc == 0 || rc == WEFT_ECANCELED);
  done = true;
  CHECK(weft_await(feeder) == 0);
  weft_abort(s);
  return weft_wait_closed(s) == (broken ? WEFT_ECONNRESET : 0) ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  input in = {data, size};
  limit = 1 + next(&in) % 128;
  size_t steps = next(&in);
  if (steps > in.size) steps = in.size;
  script = (input){in.data, steps};
  source = (const char *)in.data + steps;
  total = in.size - steps;
  fed = at = 0;
  reading = broken = done = false;
  CHECK(weft_run(run, NULL) == 0);
  return 0;
}
