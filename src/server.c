/* Servers and their connections. */
#include "server.h"

#include "error.h"
#include "tls.h"

#include <stdlib.h>
#include <string.h>
#include <weft/timeout.h>

enum {
  BACKLOG = 128,
  TLS_TIMEOUT = 60, /* seconds */
  LEAST_GRACE = 1,  /* seconds for what was written before a shutdown */
};

/* ---- records */

static void stop_listening(weft__server *server) {
  if (server->state == WEFT__SERVER_CLOSED) return;
  if (server->state == WEFT__SERVER_LISTENING) weft__loop.host_ops--;
  server->state = WEFT__SERVER_CLOSED;
  weft__host_unlisten(server);
}

static void close_record(weft__record *record);
static weft__records records = {
    .what = "server", .size = sizeof(weft__server), .close = close_record};

/* Wakes who waits for the end, and frees the record if it can be. */
static void settle(weft__server *server) {
  if (server->state != WEFT__SERVER_CLOSED || server->count) return;
  weft__stream_wake(&server->closers);
  if (server->record.held || server->waits) return;
  free(server->error_text);
  weft__record_free(&records, &server->record);
}

/* At the end of a run streams are closed by themselves, before or after. */
static void close_record(weft__record *record) {
  weft__server *server = weft__container(record, weft__server, record);
  stop_listening(server);
  for (weft__node *n; (n = weft__list_pop(&server->streams));) {
    weft__stream *s = weft__container(n, weft__stream, peer);
    s->server = NULL;
    s->freed = NULL;
  }
  server->count = server->waits = 0;
  settle(server);
}

static weft__server *lookup(weft_server *handle) {
  return weft__record_of(handle);
}

static int lookup_error(weft_server *handle) {
  return weft__record_error(handle, "server");
}

/* ---- a connection */

static void connection_freed(weft__stream *s) {
  weft__server *server = s->server;
  weft__list_remove(&s->peer);
  server->count--;
  if (server->full && server->state == WEFT__SERVER_LISTENING) {
    server->full = false;
    weft__host_accepting(server, true);
  }
  settle(server);
}

/* Its function has returned, or never ran. */
static void task_done(weft__handle *handle) {
  weft__stream *s = weft__container(handle, weft__stream, task_done);
  weft__future *future = &s->task->future;
  if (future->result == s->error) future->taken = true; /* the peer's doing */
  weft__unpin(future);
  s->task = NULL;
  weft__stream_close(s);
  weft__record_expire(&s->record);
  weft__stream_settle(s);
}

static int secure(weft__stream *s, const weft_server_options *options) {
  weft_timeout scope;
  double limit = options->tls_timeout > 0 ? options->tls_timeout : TLS_TIMEOUT;
  int rc = weft_timeout_begin(&scope, limit);
  if (rc < 0) return rc;
  rc = weft__stream_start_tls(s, options->tls, NULL, "a TLS handshake");
  rc = weft_timeout_end(&scope, rc);
  /* A client that fails here is its own fault: its stream says why. */
  if (rc < 0) weft__stream_abort(s, rc, weft_errmsg(rc));
  return rc;
}

static int connection_main(void *arg) {
  weft__stream *s = arg;
  weft__server *server = s->server;
  if (server->options.tls) {
    int rc = secure(s, &server->options);
    if (rc < 0) return rc;
  }
  weft__stream_pace(s);
  return server->fn(weft__record_hold(&s->record), server->arg);
}

static weft__stream *new_connection(weft__server *server) {
  weft__stream *s = weft__stream_new(&server->options.stream);
  if (!s) return NULL;
  s->task = weft__task_new(connection_main, s, &server->options.task,
                           server->name, server->site);
  if (s->task) return s;
  weft__stream_lost(s, WEFT_ENOMEM, NULL);
  return NULL;
}

weft__stream *weft__server_accept(weft__server *server,
                                  const weft__stream_ops *ops) {
  weft__stream *s = new_connection(server);
  if (!s) {
    weft__report("no memory for a connection to the server of '%s' started at "
                 "%s: it is dropped",
                 server->name, server->site);
    return NULL;
  }
  s->ops = ops;
  s->plain = true;
  s->state = WEFT__STREAM_OPEN;
  weft__record_hold(&s->record);
  weft__pin(&s->task->future);
  s->task_done.run = task_done;
  weft__list_append(&s->task->future.callbacks, &s->task_done.node);
  s->server = server;
  s->freed = connection_freed;
  weft__list_append(&server->streams, &s->peer);
  server->count++;
  size_t most = server->options.max_connections;
  if (most && server->count >= most) {
    server->full = true;
    weft__host_accepting(server, false);
  }
  return s;
}

/* ---- starting */

void weft__server_listening(weft__server *server, int port) {
  server->state = WEFT__SERVER_LISTENING;
  server->port = port;
  weft__loop.host_ops++;
  weft__stream_wake(&server->starters);
}

void weft__server_failed(weft__server *server, int code, const char *text) {
  if (server->state == WEFT__SERVER_LISTENING) weft__loop.host_ops--;
  server->state = WEFT__SERVER_CLOSED;
  server->error = code;
  server->error_text = text ? strdup(text) : NULL;
  weft__stream_wake(&server->starters);
  settle(server);
}

static int broken(const weft__server *server) {
  const char *text = server->error_text;
  return text ? weft__fail(server->error, "%s", text) : server->error;
}

static int wait_listening(weft__server *server, const weft__target *target) {
  int rc = weft__host_listen(server, target);
  if (rc < 0) {
    server->state = WEFT__SERVER_CLOSED;
    return rc;
  }
  if (server->state == WEFT__SERVER_STARTING) {
    rc = weft__stream_suspend(&server->starters, "weft_start_server");
  }
  return rc < 0 ? rc : server->error ? broken(server) : 0;
}

static int start(weft__target *target, weft_server **handle,
                 const weft_server_options *options, weft__server given) {
  *handle = NULL;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__server *server = weft__record_new(&records);
  if (!server) return WEFT_ENOMEM;
  given.record = server->record;
  *server = given;
  if (options) server->options = *options;
  weft__list_init(&server->streams);
  weft__list_init(&server->starters);
  weft__list_init(&server->closers);
  target->backlog =
      options && options->backlog > 0 ? options->backlog : BACKLOG;
  server->waits = 1;
  int rc = wait_listening(server, target);
  server->waits = 0;
  if (rc < 0) {
    stop_listening(server);
    settle(server);
    return rc;
  }
  *handle = weft__record_hold(&server->record);
  return 0;
}

int weft_start_server_at(weft_connection_fn fn, void *arg, const char *host,
                         int port, const weft_server_options *options,
                         weft_server **server, const char *name,
                         const char *site) {
  if (port < 0 || port > 65535) {
    return weft__fail(WEFT_EINVAL, "%d is no port: ports are 0 to 65535", port);
  }
  if (host && !*host) host = NULL;
  weft__target target = {.host = host, .port = port};
  return start(
      &target, server, options,
      (weft__server){.fn = fn, .arg = arg, .name = name, .site = site});
}

int weft_start_unix_server_at(weft_connection_fn fn, void *arg,
                              const char *path,
                              const weft_server_options *options,
                              weft_server **server, const char *name,
                              const char *site) {
  if (!path || !*path) return weft__fail(WEFT_EINVAL, "there is no path");
  weft__target target = {.path = path};
  return start(
      &target, server, options,
      (weft__server){.fn = fn, .arg = arg, .name = name, .site = site});
}

int weft_server_port(weft_server *handle) {
  weft__server *server = lookup(handle);
  return server ? server->port : lookup_error(handle);
}

int weft_server_connections(weft_server *handle) {
  weft__server *server = lookup(handle);
  return server ? (int)server->count : lookup_error(handle);
}

/* ---- ending */

int weft_server_close(weft_server *handle) {
  weft__server *server = lookup(handle);
  if (!server) return lookup_error(handle);
  stop_listening(server);
  settle(server);
  return 0;
}

int weft_server_close_clients(weft_server *handle) {
  weft__server *server = lookup(handle);
  if (!server) return lookup_error(handle);
  for (weft__node *n = weft__list_first(&server->streams); n;
       n = weft__list_next(&server->streams, n)) {
    weft__stream *s = weft__container(n, weft__stream, peer);
    if (!s->task || weft__done(&s->task->future)) continue;
    s->task->future.taken = true; /* it ends because it was told to */
    s->task->future.cancel(&s->task->future);
  }
  return 0;
}

int weft_server_abort_clients(weft_server *handle) {
  int rc = weft_server_close_clients(handle);
  if (rc < 0) return rc;
  weft__server *server = lookup(handle);
  weft__node *next;
  for (weft__node *n = weft__list_first(&server->streams); n; n = next) {
    next = weft__list_next(&server->streams, n); /* aborting may free it */
    weft__stream_abort(weft__container(n, weft__stream, peer), 0, NULL);
  }
  return 0;
}

/* Until the server is closed and its connections have ended. */
static int wait_closed(weft__server *server, const char *what) {
  int rc = 0;
  server->waits++;
  while (rc >= 0 && (server->state != WEFT__SERVER_CLOSED || server->count)) {
    rc = weft__stream_suspend(&server->closers, what);
  }
  server->waits--;
  return rc;
}

int weft_server_wait_closed(weft_server *handle) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__server *server = lookup(handle);
  if (!server) return lookup_error(handle);
  int rc = wait_closed(server, "weft_server_wait_closed");
  if (rc >= 0) weft__record_expire(&server->record);
  settle(server);
  return rc;
}

int weft_serve_forever(weft_server *handle) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__server *server = lookup(handle);
  if (!server) return lookup_error(handle);
  int rc = wait_closed(server, "weft_serve_forever");
  if (rc < 0) stop_listening(server);
  settle(server);
  return rc;
}

static int wait_closed_in_time(weft_server *handle, double seconds) {
  weft_timeout scope;
  int rc = weft_timeout_begin(&scope, seconds);
  if (rc < 0) return rc;
  return weft_timeout_end(&scope, weft_server_wait_closed(handle));
}

/* Drops the connections whose peers have not taken what was written, though
   they were closed a round ago. */
static void drop_overdue(weft__server *server) {
  weft__node *next;
  for (weft__node *n = weft__list_first(&server->streams); n; n = next) {
    next = weft__list_next(&server->streams, n); /* aborting may free it */
    weft__stream *s = weft__container(n, weft__stream, peer);
    if (s->overdue) {
      weft__stream_abort(s, 0, NULL);
    } else {
      s->overdue = !s->task;
    }
  }
}

int weft_server_shutdown(weft_server *handle, double seconds) {
  int rc = weft_server_close(handle);
  if (rc < 0) return rc;
  rc = wait_closed_in_time(handle, seconds);
  if (rc == WEFT_ETIMEDOUT) weft_server_close_clients(handle);
  double round = seconds > LEAST_GRACE ? seconds : LEAST_GRACE;
  while (rc == WEFT_ETIMEDOUT) {
    rc = wait_closed_in_time(handle, round);
    weft__server *server = lookup(handle);
    if (rc == WEFT_ETIMEDOUT && server) drop_overdue(server);
  }
  return rc;
}
