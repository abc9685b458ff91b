/* Records of streams: their beginning, their end and who waits in them. */
#include "stream.h"

#include "error.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>

static weft__pool records;
static weft__list streams; /* all that are not free */

/* ---- waiting */

bool weft__stream_cancel_wait(const weft__wait *wait) {
  weft__stream_wait *w = weft__container(wait, weft__stream_wait, wait);
  if (w->node.next == &w->node) return false;
  weft__list_remove(&w->node);
  w->task->wake = WEFT_ECANCELED;
  weft__ready(&w->task->handle);
  return true;
}

void weft__stream_wake(weft__list *list) {
  for (weft__node *n; (n = weft__list_pop(list));) {
    weft__ready(&weft__container(n, weft__stream_wait, node)->task->handle);
  }
}

static void wake_all(weft__stream *s) {
  weft__stream_wake(&s->openers);
  weft__stream_wake(&s->readers);
  weft__stream_wake(&s->drainers);
  weft__stream_wake(&s->closers);
}

/* ---- records and handles, as in future.c */

static void flush_soon(weft__handle *handle) {
  weft__stream_flush(weft__container(handle, weft__stream, flush));
}

static void close_all(weft__closer *closer);
static weft__closer closer = {.close = close_all};

static void init_records(void) {
  size_t size = (sizeof(weft__stream) + WEFT__GENERATIONS - 1) &
                ~(size_t)(WEFT__GENERATIONS - 1);
  weft__pool_init(&records, size, WEFT__GENERATIONS,
                  offsetof(weft__stream, all));
  weft__list_init(&streams);
  weft__node_init(&closer.node);
}

weft__stream *weft__stream_new(const weft_stream_options *options) {
  if (!records.size) init_records();
  bool fresh;
  weft__stream *s = weft__pool_get(&records, &fresh);
  if (!s) {
    weft__fail(WEFT_ENOMEM, "no memory for a stream");
    return NULL;
  }
  if (closer.node.next == &closer.node) {
    weft__list_append(&weft__loop.closers, &closer.node);
  }
  uint8_t generation = fresh ? 0 : s->generation;
  *s = (weft__stream){.generation = generation,
                      .state = WEFT__STREAM_OPENING,
                      .paused = true,
                      .limit = WEFT__STREAM_LIMIT,
                      .high = WEFT__STREAM_LIMIT,
                      .flush.run = flush_soon};
  if (options && options->limit) s->limit = options->limit;
  if (options && options->high) s->high = options->high;
  s->low = options && options->low ? options->low : s->high / 4;
  weft__node_init(&s->flush.node);
  weft__list_init(&s->readers);
  weft__list_init(&s->drainers);
  weft__list_init(&s->openers);
  weft__list_init(&s->closers);
  weft__list_append(&streams, &s->all);
  return s;
}

weft_stream *weft__stream_hold(weft__stream *s) {
  s->held = true;
  return (weft_stream *)(void *)((char *)s + s->generation);
}

weft__stream *weft__stream_lookup(weft_stream *handle) {
  uintptr_t bits = (uintptr_t)handle;
  uintptr_t tag = bits & (WEFT__GENERATIONS - 1);
  weft__stream *s = (weft__stream *)(bits - tag);
  if (!s || s->generation != tag || !s->held) return NULL;
  return s;
}

int weft__stream_lookup_error(weft_stream *handle) {
  if (!handle) return weft__fail(WEFT_EINVAL, "the stream is NULL");
  return weft__fail(WEFT_ESTALE,
                    "the stream was released, or its run has ended");
}

weft__stream *weft__stream_begin(weft_stream *handle, int *error) {
  if (!weft__current()) {
    *error = WEFT_ENOTRUNNING;
    return NULL;
  }
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) *error = weft__stream_lookup_error(handle);
  return s;
}

static void expire(weft__stream *s) {
  s->held = false;
  s->generation = (s->generation + 1) % WEFT__GENERATIONS;
}

void weft__stream_settle(weft__stream *s) {
  if (s->held || s->waits || s->state != WEFT__STREAM_LOST) return;
  weft__list_remove(&s->flush.node);
  weft__list_remove(&s->all);
  weft__buffer_free(&s->in);
  weft__buffer_free(&s->out);
  free(s->old_block);
  free(s->error_text);
  s->state = WEFT__STREAM_FREE;
  weft__pool_put(&records, s);
}

/* The end of a run: what is still open goes. */
static void close_all(weft__closer *unused) {
  (void)unused;
  for (weft__node *n; (n = weft__list_first(&streams));) {
    weft__stream *s = weft__container(n, weft__stream, all);
    weft__stream_flush(s);
    weft__stream_abort(s, WEFT_ECLOSED, NULL);
    s->waits = 0;
    if (s->held) expire(s);
    weft__stream_settle(s);
  }
}

/* ---- how it ends */

int weft__stream_broken(weft__stream *s) {
  if (!s->error) return weft__fail(WEFT_ECLOSED, "the stream is closed");
  return s->error_text ? weft__fail(s->error, "%s", s->error_text) : s->error;
}

void weft__stream_opened(weft__stream *s) {
  s->state = WEFT__STREAM_OPEN;
  weft__stream_wake(&s->openers);
}

void weft__stream_lost(weft__stream *s, int code, const char *text) {
  s->state = WEFT__STREAM_LOST;
  s->busy = true; /* for ever */
  s->in_flight = 0;
  s->error = code;
  if (code && text) s->error_text = strdup(text);
  weft__buffer_free(&s->out);
  wake_all(s);
  weft__stream_settle(s);
}

void weft__stream_abort(weft__stream *s, int error, const char *text) {
  if (s->state == WEFT__STREAM_LOST) return;
  if (s->ops) s->ops->abort(s);
  weft__stream_lost(s, error, text);
}

/* What has arrived is thrown away, and who waits for more is told. */
static void stop_reading(weft__stream *s) {
  weft__stream_unlend(s);
  weft__buffer_free(&s->in);
  weft__stream_wake(&s->readers);
}

static void begin_close(weft__stream *s) {
  if (s->state != WEFT__STREAM_OPEN) return;
  s->state = WEFT__STREAM_CLOSING;
  stop_reading(s);
  weft__stream_flush(s);
}

int weft_close(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  begin_close(s);
  return 0;
}

int weft_abort(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  if (s->state == WEFT__STREAM_LOST) return 0;
  stop_reading(s);
  weft__stream_abort(s, 0, NULL);
  return 0;
}

int weft_wait_closed(weft_stream *handle) {
  int rc;
  weft__stream *s = weft__stream_begin(handle, &rc);
  if (!s) return rc;
  if (s->state != WEFT__STREAM_LOST) {
    s->waits++;
    rc = weft__stream_suspend(&s->closers, "weft_wait_closed");
    s->waits--;
    if (rc < 0) {
      weft__stream_settle(s);
      return rc;
    }
  }
  rc = s->error ? weft__stream_broken(s) : 0;
  /* Another task may have waited too and given the handle back. */
  if (weft__stream_lookup(handle)) expire(s);
  weft__stream_settle(s);
  return rc;
}

int weft_stream_release(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  begin_close(s);
  expire(s);
  weft__stream_settle(s);
  return 0;
}

int weft_is_closing(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  return s->state != WEFT__STREAM_OPEN;
}

int weft_get_extra_info(weft_stream *handle, const char *name, char *text,
                        size_t size) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  int length = -1;
  if (s->ops->info && s->state != WEFT__STREAM_LOST) {
    length = s->ops->info(s, name, text, size);
  }
  if (length >= 0) return length;
  return weft__fail(WEFT_ENOTFOUND, "the stream has no '%s'", name);
}
