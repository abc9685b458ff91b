/* TLS on a stream that is open. */
#include "error.h"
#include "stream.h"
#include "tls.h"

int weft__stream_start_tls(weft__stream *s, const weft_tls *tls,
                           const char *server_name, const char *what) {
  s->plain = false;
  int rc = tls->start(s, tls, tls->server ? NULL : server_name);
  if (rc < 0) return rc;
  s->busy = true; /* what is written now waits for the handshake */
  rc = weft__stream_wait_opened(s, what);
  if (rc < 0) return rc;
  weft__stream_writable(s);
  return 0;
}

/* Waits until all that was written in plain is sent. */
static int drain_all(weft__stream *s, weft_stream *handle) {
  size_t high = s->high, low = s->low;
  s->high = s->low = 0;
  int rc = weft_drain(handle);
  s->high = high;
  s->low = low;
  if (rc < 0 || s->state == WEFT__STREAM_OPEN) return rc;
  return weft__fail(WEFT_ECLOSED, "the stream was closed before TLS");
}

static int go_on_in_tls(weft__stream *s, weft_stream *handle,
                        const weft_tls *tls, const char *server_name) {
  int rc = drain_all(s, handle);
  if (rc < 0) return rc;
  rc = weft__stream_start_tls(s, tls, server_name, "weft_start_tls");
  if (rc < 0) {
    bool cancelled = rc == WEFT_ECANCELED;
    weft__stream_abort(s, cancelled ? WEFT_ECLOSED : rc,
                       cancelled ? "its TLS handshake was cancelled"
                                 : weft_errmsg(rc));
    return rc;
  }
  weft__stream_pace(s);
  return 0;
}

int weft_start_tls(weft_stream *handle, const weft_tls *tls,
                   const char *server_name) {
  int rc;
  weft__stream *s = weft__stream_begin(handle, &rc);
  if (!s) return rc;
  if (!tls) return weft__fail(WEFT_EINVAL, "there is no weft_tls");
  if (s->state == WEFT__STREAM_LOST) return weft__stream_broken(s);
  if (s->state != WEFT__STREAM_OPEN) {
    return weft__fail(WEFT_ECLOSED, "the stream is closed");
  }
  if (!s->plain) {
    return weft__fail(WEFT_EINVAL, "it speaks TLS already, or is no socket");
  }
  if (!tls->server && (!server_name || !*server_name)) {
    return weft__fail(WEFT_EINVAL, "a client needs the server's name");
  }
  if (s->reading) {
    return weft__fail(WEFT_EALREADY, "another task reads from the stream");
  }
  weft__stream_unlend(s);
  s->waits++; /* keeps the record, whatever happens to it meanwhile */
  s->reading = true;
  if (!s->paused) { /* what arrives from now on is TLS */
    s->paused = true;
    s->ops->read(s, false);
  }
  rc = go_on_in_tls(s, handle, tls, server_name);
  s->reading = false;
  s->waits--;
  weft__stream_settle(s);
  return rc;
}
