/* Records of streams: their beginning, their end and who waits in them. */
#include "stream.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

/* ---- waiting */

bool weft__stream_cancel_wait(weft__task *task) {
  weft__stream_wait *w = weft__container(task->wait, weft__stream_wait, wait);
  if (w->node.next == &w->node) return false;
  weft__list_remove(&w->node);
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
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

/* ---- records */

static void flush_soon(weft__handle *handle) {
  weft__stream_flush(weft__container(handle, weft__stream, flush));
}

/* The end of a run: what is still open goes, after a last try to send. */
static void close_record(weft__record *record) {
  weft__stream *s = weft__container(record, weft__stream, record);
  s->waits = 0;
  if (s->state != WEFT__STREAM_OPENING) weft__stream_flush(s);
  weft__stream_abort(s, 0, NULL);
}

static weft__records records = {
    .what = "stream", .size = sizeof(weft__stream), .close = close_record};

weft__stream *weft__stream_new(const weft_stream_options *options) {
  weft__stream *s = weft__record_new(&records);
  if (!s) return NULL;
  *s = (weft__stream){.record = s->record,
                      .state = WEFT__STREAM_OPENING,
                      .paused = true,
                      .limit = WEFT__STREAM_LIMIT,
                      .high = WEFT__STREAM_LIMIT,
                      .flush.run = flush_soon};
  if (options && options->limit) s->limit = options->limit;
  if (options && options->high) s->high = options->high;
  s->low = options && options->low ? options->low : s->high / 4;
  weft__node_init(&s->flush.node);
  weft__node_init(&s->peer);
  weft__list_init(&s->readers);
  weft__list_init(&s->drainers);
  weft__list_init(&s->openers);
  weft__list_init(&s->closers);
  return s;
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

void weft__stream_settle(weft__stream *s) {
  if (s->record.held || s->waits || s->state != WEFT__STREAM_LOST) return;
  weft__list_remove(&s->flush.node);
  weft__buffer_free(&s->in);
  weft__buffer_free(&s->out);
  free(s->old_block);
  free(s->error_text);
  if (s->freed) s->freed(s);
  weft__record_free(&records, &s->record);
}

/* ---- how it ends */

int weft__stream_broken(weft__stream *s) {
  if (!s->error) return weft__fail(WEFT_ECLOSED, "the stream is closed");
  return s->error_text ? weft__fail(s->error, "%s", s->error_text) : s->error;
}

int weft__stream_wait_opened(weft__stream *s, const char *what) {
  s->waits++;
  int rc = weft__stream_suspend(&s->openers, what);
  s->waits--;
  if (rc >= 0 && s->state == WEFT__STREAM_LOST) rc = weft__stream_broken(s);
  return rc;
}

void weft__stream_opened(weft__stream *s) {
  /* It may have been closed during a TLS handshake. */
  if (s->state == WEFT__STREAM_OPENING) s->state = WEFT__STREAM_OPEN;
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
  if (s->state == WEFT__STREAM_LOST) {
    weft__stream_settle(s);
    return;
  }
  if (s->ops) s->ops->abort(s);
  weft__stream_lost(s, error, text);
}

/* What has arrived is thrown away, and who waits for more is told. */
static void stop_reading(weft__stream *s) {
  weft__stream_unlend(s);
  weft__buffer_free(&s->in);
  weft__stream_wake(&s->readers);
}

void weft__stream_close(weft__stream *s) {
  if (s->state != WEFT__STREAM_OPEN) return;
  s->state = WEFT__STREAM_CLOSING;
  stop_reading(s);
  weft__stream_flush(s);
}

int weft_close(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  weft__stream_close(s);
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

weft__noinline int weft_wait_closed(weft_stream *handle) {
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
  weft__record_expire(&s->record);
  weft__stream_settle(s);
  return rc;
}

int weft_stream_release(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  weft__stream_close(s);
  weft__record_expire(&s->record);
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
