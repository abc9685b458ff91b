/* Reading from streams, after CPython's Lib/asyncio/streams.py. */
#include "error.h"
#include "stream.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the host delivers */

/* Moves what is unread out of a block that the program looks into. */
static bool leave_lent_block(weft__stream *s, size_t room) {
  weft__buffer moved = {0};
  size_t size = weft__buffer_size(&s->in);
  if (!weft__buffer_reserve(&moved, size + room)) return false;
  memcpy(moved.data, weft__buffer_bytes(&s->in), size);
  moved.end = size;
  if (s->nul) moved.data[0] = s->under_nul;
  s->nul = NULL;
  s->old_block = s->in.data;
  s->in = moved;
  s->lent = false;
  return true;
}

char *weft__stream_room(weft__stream *s, size_t least, size_t *size) {
  s->placed = s->direct && s->direct_size >= least && s->direct_size > 0 &&
              !weft__buffer_size(&s->in);
  if (s->placed) {
    *size = s->direct_size;
    return s->direct;
  }
  bool fits = s->in.capacity - s->in.end > least;
  if (!fits && !(s->lent ? leave_lent_block(s, least)
                         : weft__buffer_reserve(&s->in, least))) {
    weft__stream_abort(s, WEFT_ENOMEM, "no memory for what has arrived");
    return NULL;
  }
  *size = s->in.capacity - s->in.end - 1;
  return s->in.data + s->in.end;
}

void weft__stream_arrived(weft__stream *s, size_t size) {
  if (s->placed) {
    s->direct += size;
    s->direct_size -= size;
    s->direct_got += size;
    if (s->direct_got >= s->direct_least) weft__stream_wake(&s->readers);
    return;
  }
  if (s->state != WEFT__STREAM_OPEN) return; /* thrown away */
  s->in.end += size;
  weft__stream_wake(&s->readers);
  weft__stream_pace(s);
}

void weft__stream_ended(weft__stream *s) {
  s->ended = true;
  weft__stream_wake(&s->readers);
}

void weft__stream_pace(weft__stream *s) {
  if (s->state != WEFT__STREAM_OPEN || s->ended) return;
  size_t size = weft__buffer_size(&s->in);
  if (s->paused ? size <= s->limit || !weft__list_empty(&s->readers)
                : size / 2 > s->limit) {
    s->paused = !s->paused;
    s->ops->read(s, !s->paused);
  }
}

/* ---- waiting for it */

void weft__stream_unlend(weft__stream *s) {
  if (s->nul) *s->nul = s->under_nul;
  s->nul = NULL;
  s->lent = false;
  if (s->old_block) free(s->old_block);
  s->old_block = NULL;
  weft__buffer_consume(&s->in, 0);
}

int weft__stream_check_bytes(const weft__stream *s) {
  if (!s->messages) return 0;
  return weft__fail(WEFT_ENOTSUP,
                    "the stream has %s: functions of their own read and write "
                    "them",
                    s->messages);
}

/* What every read checks first, and does first. */
static weft__stream *begin_any(weft_stream *handle, int *error) {
  weft__stream *s = weft__stream_begin(handle, error);
  if (!s) return NULL;
  if (s->reading) {
    *error = weft__fail(WEFT_EALREADY, "another task reads from the stream");
    return NULL;
  }
  weft__stream_unlend(s);
  return s;
}

/* The same for a read of bytes. */
static weft__stream *begin(weft_stream *handle, int *error) {
  weft__stream *s = begin_any(handle, error);
  if (!s || !s->messages) return s;
  *error = weft__stream_check_bytes(s);
  return NULL;
}

/* Gives bytes back that a read has taken and cannot return. */
static int put_back(weft__stream *s, const void *bytes, size_t size, int rc) {
  if (!weft__buffer_prepend(&s->in, bytes, size)) {
    weft__stream_abort(s, WEFT_ENOMEM, "no memory for what has arrived");
  }
  return rc;
}

/*
 * Waits for more than there is: 1 when that may be so, 0 at the end of the
 * stream, or an error. Once it has failed the record may be gone.
 */
static inline int more(weft__stream *s, const char *what) {
  if (s->ended) return 0;
  if (s->state == WEFT__STREAM_LOST) return weft__stream_broken(s);
  if (s->state == WEFT__STREAM_CLOSING) {
    return weft__fail(WEFT_ECLOSED, "the stream is closed");
  }
  if (s->paused) {
    s->paused = false;
    s->ops->read(s, true);
  }
  s->waits++;
  s->reading = true;
  int rc = weft__stream_suspend(&s->readers, what);
  s->reading = false;
  s->waits--;
  if (s->record.held) return rc < 0 ? rc : 1;
  weft__stream_settle(s);
  return rc < 0 ? rc : weft__fail(WEFT_ECLOSED, "the stream is closed");
}

/*
 * The same, with a place for what arrives: wakes after `least` bytes, or when
 * some are in the buffer. *got is how many are there; a read that fails has
 * none.
 */
static inline int more_into(weft__stream *s, char *place, size_t size,
                            size_t least, size_t *got, const char *what) {
  s->direct = place;
  s->direct_size = size;
  s->direct_least = least;
  s->direct_got = 0;
  weft_stream *handle = weft__record_hold(&s->record);
  int rc = more(s, what);
  if (rc < 0 && weft__stream_lookup(handle) != s) return rc;
  *got = s->direct_got;
  s->direct = NULL;
  s->direct_got = s->direct_size = 0;
  return rc;
}

/* Takes what is there, at most size bytes. */
static size_t take(weft__stream *s, void *data, size_t size) {
  size_t there = weft__buffer_size(&s->in);
  if (size > there) size = there;
  if (!size) return 0;
  memcpy(data, weft__buffer_bytes(&s->in), size);
  weft__buffer_consume(&s->in, size);
  if (s->paused) weft__stream_pace(s);
  return size;
}

/* Takes so many bytes by lending them to the program, with a NUL behind. */
int weft__stream_lend(weft__stream *s, size_t size, char **data) {
  static char nothing[1];
  if (!size && !s->in.data) {
    *data = nothing;
    return 0;
  }
  *data = weft__buffer_bytes(&s->in);
  char *nul = *data + size;
  s->in.start += size;
  if (s->in.start == s->in.end) {
    s->in.start = ++s->in.end; /* nothing is to be put over the NUL */
  } else {
    s->nul = nul;
    s->under_nul = *nul;
  }
  *nul = 0;
  s->lent = true;
  if (s->paused) weft__stream_pace(s);
  return (int)size;
}

static int too_large(size_t size) {
  return weft__fail(WEFT_EINVAL, "a size of %z bytes is above INT_MAX", size);
}

/* ---- the public functions */

int weft_read(weft_stream *handle, void *data, size_t size) {
  int rc;
  weft__stream *s = begin(handle, &rc);
  if (!s) return rc;
  if (size > INT_MAX) return too_large(size);
  if (!size) return 0;
  while (!weft__buffer_size(&s->in)) {
    size_t got = 0;
    rc = more_into(s, data, size, 1, &got, "weft_read");
    if (got) return rc < 0 ? put_back(s, data, got, rc) : (int)got;
    if (rc <= 0) return rc;
  }
  return (int)take(s, data, size);
}

int weft__stream_readexactly(weft_stream *handle, void *data, size_t size) {
  int rc;
  weft__stream *s = begin_any(handle, &rc);
  if (!s) return rc;
  if (size > INT_MAX) return too_large(size);
  char *bytes = data;
  size_t have = take(s, bytes, size);
  while (have < size) {
    size_t got = 0;
    rc = more_into(s, bytes + have, size - have, size - have, &got,
                   "weft_readexactly");
    if (rc < 0) {
      if (weft__stream_lookup(handle) != s) return rc;
      return put_back(s, bytes, have + got, rc);
    }
    have += got;
    have += take(s, bytes + have, size - have);
    if (rc == 0 && have < size) {
      s->partial = have;
      return weft__fail(WEFT_EINCOMPLETE,
                        "the stream ended after %z of %z bytes", have, size);
    }
  }
  return (int)size;
}

int weft_readexactly(weft_stream *handle, void *data, size_t size) {
  const weft__stream *s = weft__stream_lookup(handle);
  int rc = s ? weft__stream_check_bytes(s) : 0; /* a stale one is told next */
  return rc < 0 ? rc : weft__stream_readexactly(handle, data, size);
}

/* The first place of the separator from `from` on, or NULL. */
static char *find(const weft__stream *s, size_t from, const char *separator,
                  size_t size) {
  char *at = weft__buffer_bytes(&s->in) + from;
  const char *end = s->in.data + s->in.end;
  while ((size_t)(end - at) >= size) {
    at = memchr(at, separator[0], (size_t)(end - at) - size + 1);
    if (!at) return NULL;
    if (!memcmp(at, separator, size)) return at;
    at++;
  }
  return NULL;
}

/*
 * Looks for the separator: the length of what is before it, or an error. With
 * WEFT_ELIMIT, *consumed is how much of the buffer is known to be without it.
 */
static inline int search(weft__stream *s, const char *separator, size_t size,
                         size_t *consumed, const char *what) {
  size_t searched = 0;
  for (;;) {
    size_t there = weft__buffer_size(&s->in);
    if (there - searched >= size) {
      char *at = find(s, searched, separator, size);
      if (at) {
        size_t before = (size_t)(at - weft__buffer_bytes(&s->in));
        if (before <= s->limit) return (int)before;
        *consumed = before;
        return weft__fail(WEFT_ELIMIT,
                          "%z bytes before the separator, more "
                          "than the limit of %z",
                          before, s->limit);
      }
      searched = there + 1 - size;
      if (searched > s->limit) {
        *consumed = searched;
        return weft__fail(WEFT_ELIMIT,
                          "no separator within the limit of %z "
                          "bytes",
                          s->limit);
      }
    }
    int rc = more(s, what);
    if (rc < 0) return rc;
    if (rc == 0) return WEFT_EINCOMPLETE;
  }
}

int weft_readuntil(weft_stream *handle, const void *separator, size_t size,
                   char **data) {
  int rc;
  weft__stream *s = begin(handle, &rc);
  if (!s) return rc;
  if (!size) return weft__fail(WEFT_EINVAL, "the separator is empty");
  size_t consumed;
  rc = search(s, separator, size, &consumed, "weft_readuntil");
  if (rc == WEFT_EINCOMPLETE) {
    s->partial = weft__buffer_size(&s->in);
    weft__stream_lend(s, s->partial, data);
    return weft__fail(rc, "the stream ended before the separator");
  }
  return rc < 0 ? rc : weft__stream_lend(s, (size_t)rc + size, data);
}

weft__noinline int weft_readline(weft_stream *handle, char **line) {
  int rc;
  weft__stream *s = begin(handle, &rc);
  if (!s) return rc;
  size_t consumed;
  rc = search(s, "\n", 1, &consumed, "weft_readline");
  if (rc >= 0) return weft__stream_lend(s, (size_t)rc + 1, line);
  if (rc == WEFT_EINCOMPLETE)
    return weft__stream_lend(s, weft__buffer_size(&s->in), line);
  if (rc == WEFT_ELIMIT) {
    bool whole = consumed < weft__buffer_size(&s->in) &&
                 weft__buffer_bytes(&s->in)[consumed] == '\n';
    weft__buffer_consume(&s->in,
                         whole ? consumed + 1 : weft__buffer_size(&s->in));
    weft__stream_pace(s);
  }
  return rc;
}

int weft_readall(weft_stream *handle, size_t most, char **data) {
  int rc;
  weft__stream *s = begin(handle, &rc);
  if (!s) return rc;
  if (most > INT_MAX) most = INT_MAX;
  do {
    if (weft__buffer_size(&s->in) > most) {
      return weft__fail(WEFT_ELIMIT, "the stream has more than %z bytes", most);
    }
    rc = more(s, "weft_readall");
  } while (rc > 0);
  return rc < 0 ? rc : weft__stream_lend(s, weft__buffer_size(&s->in), data);
}

int weft_peek(weft_stream *handle, const char **data) {
  int rc;
  weft__stream *s = begin(handle, &rc);
  if (!s) return rc;
  while (!weft__buffer_size(&s->in)) {
    rc = more(s, "weft_peek");
    if (rc <= 0) return rc;
  }
  *data = weft__buffer_bytes(&s->in);
  s->lent = true;
  size_t size = weft__buffer_size(&s->in);
  return size > INT_MAX ? INT_MAX : (int)size;
}

int weft_consume(weft_stream *handle, size_t size) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  int rc = weft__stream_check_bytes(s);
  if (rc < 0) return rc;
  if (size > weft__buffer_size(&s->in)) {
    return weft__fail(WEFT_EINVAL, "%z bytes are to be consumed, %z are there",
                      size, weft__buffer_size(&s->in));
  }
  weft__stream_unlend(s);
  weft__buffer_consume(&s->in, size);
  weft__stream_pace(s);
  return 0;
}

int weft_partial(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  return s ? (int)s->partial : weft__stream_lookup_error(handle);
}

int weft_at_eof(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  return s->ended && !weft__buffer_size(&s->in);
}
