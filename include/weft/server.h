/*
 * Servers: a task for each connection.
 *
 *   static int serve(weft_stream *stream, void *arg) {
 *     char data[4096];
 *     int size, rc;
 *     while ((size = weft_read(stream, data, sizeof data)) > 0) {
 *       weft_write(stream, data, (size_t)size);
 *       if ((rc = weft_drain(stream)) < 0) return rc;
 *     }
 *     return size;
 *   }
 *   ...
 *   weft_server *server;
 *   int rc = weft_start_server(serve, NULL, "127.0.0.1", 7, NULL, &server);
 *   if (rc == 0) rc = weft_serve_forever(server);
 *
 * A server is the program's until weft_server_wait_closed has returned; the
 * end of the run ends it. Every call answers WEFT_ESTALE for a stale handle
 * and WEFT_EINVAL for NULL.
 */
#ifndef WEFT_SERVER_H
#define WEFT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <weft/stream.h>
#include <weft/task.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_server weft_server;

/*
 * What runs for each connection, as a task of its own. The stream is the
 * server's: it is closed when the function has returned, and its handle is
 * stale then. A negative result is reported on stderr, unless it is why the
 * stream broke. So is a connection that there is no memory for: it is dropped.
 */
typedef int (*weft_connection_fn)(weft_stream *stream, void *arg);

/* Choices for a server; zero means the default throughout. */
typedef struct weft_server_options {
  weft_stream_options stream; /* limit, high and low of each connection */
  weft_task_options task;     /* of each connection's task */
  int backlog;                /* connections that wait to be taken, about; the
                                 system lets more of them knock again, Node.js
                                 drops those above max_connections; 128 */
  size_t max_connections; /* at once; others wait in the backlog; no limit */
  const weft_tls *tls;    /* weft_tls_server: speak TLS */
  double tls_timeout;     /* seconds for a client's handshake; 60 */
} weft_server_options;

/*
 * weft_start_server(fn, arg, host, port, options, &server) listens on a TCP
 * port and runs fn(stream, arg) for each connection. host is an address or a
 * name; NULL means all interfaces. Port 0 lets the host choose one.
 * Errors: WEFT_EADDRINUSE; WEFT_EUNREACH host is no address of this machine;
 * WEFT_EACCES; WEFT_ENOTFOUND; WEFT_ENOTSUP in a browser; WEFT_EINVAL;
 * WEFT_ENOMEM. Suspends. Source: asyncio.start_server.
 */
#define weft_start_server(fn, arg, host, port, options, server)                \
  weft_start_server_at((fn), (arg), (host), (port), (options), (server), #fn,  \
                       WEFT_HERE)
int weft_start_server_at(weft_connection_fn fn, void *arg, const char *host,
                         int port, const weft_server_options *options,
                         weft_server **server, const char *name,
                         const char *site);

/*
 * weft_start_unix_server(fn, arg, path, options, &server): the same on a Unix
 * socket. Errors: as above; WEFT_ENOTSUP except on Node.js.
 * Source: asyncio.start_unix_server.
 */
#define weft_start_unix_server(fn, arg, path, options, server)                 \
  weft_start_unix_server_at((fn), (arg), (path), (options), (server), #fn,     \
                            WEFT_HERE)
int weft_start_unix_server_at(weft_connection_fn fn, void *arg,
                              const char *path,
                              const weft_server_options *options,
                              weft_server **server, const char *name,
                              const char *site);

/* weft_server_port(server): the TCP port; 0 for a Unix socket. Never suspends.
   Source: Server.sockets. */
int weft_server_port(weft_server *server);

/* weft_server_connections(server): how many there are now. Never suspends. */
int weft_server_connections(weft_server *server);

/*
 * weft_serve_forever(server) waits until the server is closed; when it is
 * cancelled it closes the server first. Returns 0. Errors: WEFT_ECANCELED.
 * Suspends. Source: Server.serve_forever.
 */
int weft_serve_forever(weft_server *server);

/*
 * weft_server_close(server) stops listening; the connections there are go on.
 * A second call does nothing. Never suspends. Source: Server.close.
 */
int weft_server_close(weft_server *server);

/*
 * weft_server_close_clients(server) cancels the tasks of the connections: each
 * may end its work, then its stream is closed. weft_server_abort_clients drops
 * the connections at once, too. Never suspend. Source: Server.close_clients,
 * Server.abort_clients.
 */
int weft_server_close_clients(weft_server *server);
int weft_server_abort_clients(weft_server *server);

/*
 * weft_server_wait_closed(server) waits until the server is closed and its
 * last connection has ended, and gives the handle back. Returns 0.
 * Errors: WEFT_ECANCELED: the handle stays valid. Suspends.
 * Source: Server.wait_closed.
 */
int weft_server_wait_closed(weft_server *server);

/*
 * weft_server_shutdown(server, seconds) closes the server in good order: it
 * stops listening, lets the connections end by themselves for so long, then
 * cancels their tasks, waits for these, and gives the handle back. A peer that
 * does not take what was written for as long again, and at least a second, is
 * dropped.
 * Errors: WEFT_EINVAL for NaN; WEFT_ECANCELED: it is closed, but its
 * connections may go on, and the handle stays valid. Suspends.
 */
int weft_server_shutdown(weft_server *server, double seconds);

#ifdef __cplusplus
}
#endif
#endif
