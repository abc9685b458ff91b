/* Opening streams as a client. */
#include "error.h"
#include "stream.h"
#include "tls.h"

#include <weft/timeout.h>

static const weft_stream_options defaults;

static int connect(weft__stream *s, const weft__target *target,
                   const weft_stream_options *options, const char *what) {
  int rc = weft__host_connect(s, target);
  if (rc < 0) return rc;
  rc = weft__stream_wait_opened(s, what);
  if (rc < 0) return rc;
  if (options->tls) {
    const char *name = options->server_name;
    rc = weft__stream_start_tls(s, options->tls, name ? name : target->host,
                                what);
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
  s->plain = true;
  int rc = connect_in_time(s, target, options, what);
  if (rc < 0) {
    weft__stream_abort(s, rc, NULL);
    return rc;
  }
  *stream = weft__record_hold(&s->record);
  return 0;
}

weft__noinline int weft_open_connection(const char *host, int port,
                                        const weft_stream_options *options,
                                        weft_stream **stream) {
  if (!options) options = &defaults;
  if (!host || !*host) return weft__fail(WEFT_EINVAL, "there is no host name");
  if (port < 1 || port > 65535) {
    return weft__fail(WEFT_EINVAL, "%d is no port: ports are 1 to 65535", port);
  }
  int local_port = options->local_port;
  if (local_port < 0 || local_port > 65535) {
    return weft__fail(WEFT_EINVAL, "%d is no port to connect from: 1 to 65535",
                      local_port);
  }
  double after = options->happy_eyeballs_delay;
  if (!(after > 0)) after = 0.25;
  weft__target target = {.host = host,
                         .port = port,
                         .local_host = options->local_host,
                         .local_port = local_port,
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
