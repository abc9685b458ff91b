/*
 * What a host back end implements for streams, beside host.h. Only programs
 * that use streams link it.
 *
 * A stream is a record of the core (stream.h). A back end opens it, gives it
 * its operations, and then tells the core what happens, by the functions at the
 * end of stream.h: weft__stream_opened, _room and _arrived, _ended, _writable
 * and _lost. It tells them from its event loop or its poll, never from inside
 * one of the calls below, save where that is said. They only enqueue: no task
 * runs in them. (On the JS hosts, call weftDriver.schedule() after them.)
 *
 * Strings given to a call are valid until it returns, except those of
 * weft__target, which are valid until the stream is opened, lost or aborted.
 *
 * A call that fails at once returns weft__fail(WEFT_E..., ...) and has then
 * done nothing. What fails later is told by weft__stream_lost.
 */
#ifndef WEFT_SRC_HOST_STREAM_H
#define WEFT_SRC_HOST_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weft__stream;
struct weft__server;
struct weft_tls;

/*
 * What can be done with an open stream. Each kind of stream (TCP, TLS within
 * the guest, the body of an HTTP response ...) has such a table. All but info
 * are required; none suspends.
 */
typedef struct weft__stream_ops {
  /*
   * read starts or stops reading. A new stream is stopped; the core starts it
   * at once. A host that cannot stop at once may still deliver what it holds.
   */
  void (*read)(struct weft__stream *s, bool on);

  /*
   * write takes over the first of `size` bytes (at least 1, behind those of
   * earlier calls) and returns how many; it has copied or sent them when it
   * returns. If it cannot take more now, or did not pass all on that it took,
   * it sets s->busy, and s->in_flight to the number of bytes that it holds; it
   * is then not called again until it has called weft__stream_writable. An
   * error is told by weft__stream_lost, afterwards.
   */
  size_t (*write)(struct weft__stream *s, const char *bytes, size_t size);

  /* shutdown ends our half, behind what was written. Called once. NULL for
     streams without halves. */
  void (*shutdown)(struct weft__stream *s);

  /*
   * close closes the stream in good order, after what was written (the core
   * waits with it until the stream is not busy). The end of it is told by
   * weft__stream_lost(s, 0, NULL). What arrives is thrown away.
   */
  void (*close)(struct weft__stream *s);

  /*
   * abort closes it at once, also while it is being opened or closed, and
   * forgets the record: the core is not told any more.
   */
  void (*abort)(struct weft__stream *s);

  /*
   * info writes what is known under a name (weft_get_extra_info) into text,
   * with a NUL, cut to size (which may be 0), and returns its whole length, or
   * -1 if there is no such thing. NULL: nothing is known.
   */
  int (*info)(struct weft__stream *s, const char *name, char *text,
              size_t size);
} weft__stream_ops;

/* Where to connect to, or to listen. */
typedef struct weft__target {
  const char *host; /* a name or an address; NULL for a path, and for a server
                       on all addresses */
  int port;
  const char *path;       /* of a Unix socket */
  const char *local_host; /* NULL: any */
  int local_port;
  int64_t next_address_after; /* nanoseconds: see happy_eyeballs_delay */
  const char *gateway;
  int backlog;     /* of a server */
  bool reuse_port; /* of a server */
} weft__target;

/*
 * weft__host_connect begins to connect. It sets s->ops, so that the stream can
 * be aborted meanwhile. The end is told by weft__stream_opened or
 * weft__stream_lost.
 */
int weft__host_connect(struct weft__stream *s, const weft__target *target);

/*
 * weft__host_open_input gives s the operations of standard input,
 * weft__host_open_output those of standard output (1) or error (2). It is open
 * at once. close and abort leave what is behind it open; stdin's shutdown and
 * write are never called.
 */
int weft__host_open_input(struct weft__stream *s);
int weft__host_open_output(struct weft__stream *s, int fd);

/*
 * weft__host_listen begins to listen. The end is told by
 * weft__server_listening or weft__server_failed; from then on each connection
 * by weft__server_accept (server.h).
 */
int weft__host_listen(struct weft__server *server, const weft__target *target);

/*
 * weft__host_accepting(server, on) stops taking connections, which then wait in
 * the backlog, and starts again. A new server takes them.
 */
void weft__host_accepting(struct weft__server *server, bool on);

/*
 * weft__host_unlisten stops listening, also before that has begun, and forgets
 * the record. Connections that were accepted stay.
 */
void weft__host_unlisten(struct weft__server *server);

/*
 * weft__host_tls_new makes what a back end needs of the options, which are
 * valid during the call, in tls->host; weft__host_tls_free frees it.
 * A certificate that cannot be read is WEFT_ECERT.
 */
int weft__host_tls_new(struct weft_tls *tls);
void weft__host_tls_free(struct weft_tls *tls);

/*
 * weft__host_tls_start begins TLS on an open stream that is not busy and does
 * not read. What is in s->in is TLS already: it takes that out. The end of the
 * handshake is told by weft__stream_opened or weft__stream_lost. server_name is
 * NULL in a server. It may replace s->ops.
 */
int weft__host_tls_start(struct weft__stream *s, const struct weft_tls *tls,
                         const char *server_name);

#endif
