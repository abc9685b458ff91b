/* HTTP requests: the response's body is a stream. */
#include "error.h"
#include "host_fetch.h"
#include "stream.h"

#include <stdlib.h>
#include <weft/fetch.h>
#include <weft/timeout.h>

enum { PIECE = 16 * 1024 };

static const weft_fetch_options defaults;

/* Sends what a stream gives, as fast as the host takes it. */
static int send_body(weft__stream *s, weft_stream *body) {
  weft_stream *request = weft__record_hold(&s->record);
  char *piece = malloc(PIECE);
  if (!piece) return weft__fail(WEFT_ENOMEM, "no memory for the body");
  int rc;
  while ((rc = weft_read(body, piece, PIECE)) > 0) {
    rc = weft_write(request, piece, (size_t)rc);
    if (rc >= 0) rc = weft_drain(request);
    if (rc < 0) break;
  }
  free(piece);
  return rc < 0 ? rc : weft_write_eof(request);
}

static int request(weft__stream *s, const char *url,
                   const weft_fetch_options *options) {
  int rc = weft__host_fetch(s, url, options);
  if (rc < 0) return rc;
  if (options->body_stream) {
    rc = send_body(s, options->body_stream);
    if (rc < 0) return rc;
  } else {
    s->shut = s->shut_done = true; /* nothing can be written */
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
