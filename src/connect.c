/* Opening streams as a client. */
#include "error.h"
#include "stream.h"
#include "tls.h"

#include <weft/timeout.h>

static const weft_stream_options defaults;

/* Waits until it is open, or TLS is spoken: the host tells either way. */
static int wait_opened(weft__stream *s, const char *what) {
  s->waits++;
  int rc = weft__stream_suspend(&s->openers, what);
  s->waits--;
  if (rc >= 0 && s->state == WEFT__STREAM_LOST) rc = weft__stream_broken(s);
  return rc;
}

static int start_tls(weft__stream *s, const weft_tls *tls, const char *name,
                     const char *what) {
  s->secure = true;
  int rc = tls->start(s, tls, tls->server ? NULL : name);
  if (rc < 0) return rc;
  s->busy = true; /* what is written now waits for the handshake */
  rc = wait_opened(s, what);
  if (rc < 0) return rc;
  weft__stream_writable(s);
  return 0;
}

static int connect(weft__stream *s, const weft__target *target,
                   const weft_stream_options *options, const char *what) {
  int rc = weft__host_connect(s, target);
  if (rc < 0) return rc;
  rc = wait_opened(s, what);
  if (rc < 0) return rc;
  if (options->tls) {
    const char *name = options->server_name;
    rc = start_tls(s, options->tls, name ? name : target->host, what);
    if (rc < 0) return rc;
  }
  weft__stream_pace(s);
  return 0;
}

static int connect_in_time(weft__stream *s, const weft__target *target,
                           const weft_stream_options *options,
                           const char *what) {
  if (!options->timeout) return connect(s, target, options, what);
  weft_timeout scope;
  int rc = weft_timeout_begin(&scope, options->timeout);
  if (rc < 0) return rc;
  rc = connect(s, target, options, what);
  rc = weft_timeout_end(&scope, rc);
  if (rc == WEFT_ETIMEDOUT && weft_timeout_expired(&scope)) {
    weft__fail(rc, "connecting to %s took longer than the timeout",
               target->path ? target->path : target->host);
  }
  return rc;
}

static int open_stream(const weft__target *target,
                       const weft_stream_options *options, const char *what,
                       weft_stream **stream) {
  *stream = NULL;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__stream *s = weft__stream_new(options);
  if (!s) return WEFT_ENOMEM;
  int rc = connect_in_time(s, target, options, what);
  if (rc < 0) {
    weft__stream_abort(s, rc, NULL);
    weft__stream_settle(s);
    return rc;
  }
  *stream = weft__stream_hold(s);
  return 0;
}

int weft_open_connection(const char *host, int port,
                         const weft_stream_options *options,
                         weft_stream **stream) {
  if (!options) options = &defaults;
  if (!host || !*host) return weft__fail(WEFT_EINVAL, "there is no host name");
  if (port < 1 || port > 65535) {
    return weft__fail(WEFT_EINVAL, "%d is no port: ports are 1 to 65535", port);
  }
  double after = options->happy_eyeballs_delay;
  if (!(after > 0)) after = 0.25;
  weft__target target = {.host = host,
                         .port = port,
                         .local_host = options->local_host,
                         .local_port = options->local_port,
                         .next_address_after =
                             after < 3600 ? (int64_t)(after * 1e9) : INT64_MAX,
                         .gateway = options->gateway};
  return open_stream(&target, options, "weft_open_connection", stream);
}

int weft_open_unix_connection(const char *path,
                              const weft_stream_options *options,
                              weft_stream **stream) {
  if (!options) options = &defaults;
  if (!path || !*path) return weft__fail(WEFT_EINVAL, "there is no path");
  weft__target target = {.path = path};
  return open_stream(&target, options, "weft_open_unix_connection", stream);
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
  if (s->secure) return weft__fail(WEFT_EINVAL, "it speaks TLS already");
  if (!tls->server && (!server_name || !*server_name)) {
    return weft__fail(WEFT_EINVAL, "a client needs the server's name");
  }
  if (!weft__list_empty(&s->readers) || weft__buffer_size(&s->in)) {
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
  rc = start_tls(s, tls, server_name, "weft_start_tls");
  if (rc < 0) {
    weft__stream_abort(s, rc, weft_errmsg(rc));
    weft__stream_settle(s);
    return rc;
  }
  weft__stream_pace(s);
  return 0;
}
