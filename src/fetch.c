/* HTTP requests: the response's body is a stream. */
#include "error.h"
#include "host_fetch.h"
#include "stream.h"

#include <stdlib.h>
#include <weft/fetch.h>
#include <weft/timeout.h>

enum { PIECE = 16 * 1024 };

static const weft_fetch_options defaults;

/*
 * What sends a body that is a stream: a task, because a server may answer, and
 * want its answer to be read, before it has taken all of the request.
 */
typedef struct sender {
  weft__stream *stream; /* NULL: the request is over */
  weft_stream *request; /* its handle */
  weft_stream *body;
  bool done;
  char piece[PIECE];
} sender;

/* Only the sender can write: to the program the stream is shut. */
static int send_piece(sender *x, size_t size) {
  weft__stream *s = x->stream;
  s->shut = s->shut_done = false;
  int rc = size ? weft_write(x->request, x->piece, size)
                : weft_write_eof(x->request);
  if (size) s->shut = s->shut_done = true;
  return rc < 0 || !size ? rc : weft_drain(x->request);
}

/* Whether the program still has the request, and has not closed it. */
static bool is_wanted(const sender *x) {
  return x->stream && weft__stream_lookup(x->request) &&
         x->stream->state < WEFT__STREAM_CLOSING;
}

static int send_all(sender *x) {
  int rc;
  do {
    rc = weft_read(x->body, x->piece, PIECE);
    if (rc < 0 || !is_wanted(x)) return rc;
    int sent = send_piece(x, (size_t)rc);
    if (sent < 0) return sent;
  } while (rc > 0);
  return 0;
}

/* What breaks the body breaks the request. */
static int send_body(void *arg) {
  sender *x = arg;
  int rc = send_all(x);
  if (rc < 0 && is_wanted(x)) {
    weft__stream_abort(x->stream, rc, weft_errmsg(rc));
  }
  x->done = true;
  return 0;
}

static void sender_ended(void *arg) {
  sender *x = arg;
  weft__stream *s = x->stream;
  if (s) s->task = NULL;
  if (!x->done && is_wanted(x)) {
    weft__stream_abort(s, WEFT_ENOMEM, "no memory to send the body");
  }
  free(x);
}

/* The request is over: its body is left where it is. */
static void forget_sender(weft__stream *s) {
  if (!s->task) return;
  ((sender *)s->task->context.arg)->stream = NULL;
  weft__cancel(&s->task->future);
}

static int start_sender(weft__stream *s, weft_stream *body) {
  sender *x = malloc(sizeof *x);
  if (!x) return weft__fail(WEFT_ENOMEM, "no memory for the body");
  x->stream = s;
  x->request = weft__record_hold(&s->record);
  x->body = body;
  x->done = false;
  const weft_task_options options = {.cleanup = sender_ended};
  s->task = weft__task_new(send_body, x, &options, "weft_fetch", WEFT_HERE);
  if (!s->task) {
    free(x);
    return WEFT_ENOMEM;
  }
  s->task->future.taken = true; /* the stream tells its errors */
  s->freed = forget_sender;
  return 0;
}

static int request(weft__stream *s, const char *url,
                   const weft_fetch_options *options) {
  for (size_t i = 0; i < options->header_count; i++) {
    if (options->headers[i].name && options->headers[i].value) continue;
    return weft__fail(WEFT_EINVAL, "a header's name or value is NULL");
  }
  int rc = weft__host_fetch(s, url, options);
  if (rc < 0) return rc;
  s->shut = s->shut_done = true; /* nothing can be written */
  if (options->body_stream) {
    rc = start_sender(s, options->body_stream);
    if (rc < 0) return rc;
  }
  if (s->state == WEFT__STREAM_LOST) return weft__stream_broken(s);
  if (s->state == WEFT__STREAM_OPENING) {
    rc = weft__stream_wait_opened(s, "weft_fetch");
    if (rc < 0) return rc;
  }
  char status[8];
  if (s->ops->info(s, "status", status, sizeof status) < 0) {
    return weft__fail(WEFT_EPROTO, "the response has no status");
  }
  weft__stream_pace(s);
  return atoi(status);
}

int weft_fetch(const char *url, const weft_fetch_options *options,
               weft_stream **response) {
  *response = NULL;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (!url || !*url) return weft__fail(WEFT_EINVAL, "there is no URL");
  if (!options) options = &defaults;
  weft_stream_options limits = {.limit = options->limit};
  weft__stream *s = weft__stream_new(&limits);
  if (!s) return WEFT_ENOMEM;
  s->waits++; /* keeps the record until here, whatever happens to it */
  weft_timeout scope;
  double seconds = options->timeout > 0 ? options->timeout : WEFT_FOREVER;
  int rc = weft_timeout_begin(&scope, seconds);
  if (rc >= 0) {
    rc = weft_timeout_end(&scope, request(s, url, options));
    if (rc == WEFT_ETIMEDOUT && weft_timeout_expired(&scope)) {
      weft__fail(rc, "%s has not answered in time", url);
    }
  }
  s->waits--;
  if (rc >= 0) {
    *response = weft__record_hold(&s->record);
  } else {
    weft__record_expire(&s->record);
    weft__stream_abort(s, rc, NULL);
  }
  return rc;
}
