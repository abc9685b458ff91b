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
  if (s->reading || weft__buffer_size(&s->in)) {
    return weft__fail(WEFT_EINVAL,
                      "%z bytes were not read before TLS, or a "
                      "task reads",
                      weft__buffer_size(&s->in));
  }
  size_t high = s->high, low = s->low;
  s->high = s->low = 0;
  rc = weft_drain(handle);
  s->high = high;
  s->low = low;
  if (rc < 0) return rc;
  if (!s->paused) s->ops->read(s, false);
  s->paused = true;
  rc = weft__stream_start_tls(s, tls, server_name, "weft_start_tls");
  if (rc < 0) {
    weft__stream_abort(s, rc, weft_errmsg(rc));
    return rc;
  }
  weft__stream_pace(s);
  return 0;
}
