/*
 * Streams: bytes to and from a peer, in order, with a buffer on either side.
 *
 * asyncio's StreamReader and StreamWriter are one object here: a weft_stream
 * is read by one task at a time and written by any. Names and rules are
 * asyncio's.
 *
 *   weft_stream *stream;
 *   int rc = weft_open_connection("example.org", 80, NULL, &stream);
 *   if (rc < 0) return rc;
 *   weft_write(stream, request, strlen(request));
 *   char *line;
 *   while ((rc = weft_readline(stream, &line)) > 0) fputs(line, stdout);
 *   weft_close(stream);
 *   return weft_wait_closed(stream);
 *
 * Reading: what arrives is kept in the stream's buffer until it is read; when
 * that holds more than twice the limit the peer is made to wait. A call that
 * gives a pointer points into this buffer: the bytes are the caller's, to
 * change too, until the next call that reads from the stream or closes it, and
 * are followed by a NUL. When the connection breaks, what has arrived is read
 * first, then the error is reported. A cancelled read loses no byte: the next
 * one begins where it began.
 *
 * Writing: what is written within one step of a task goes out together after
 * it, and weft_drain waits while more than the high-water mark is unsent. A
 * cancelled weft_drain sends what was written all the same.
 *
 * A handle is the program's until weft_wait_closed has returned or
 * weft_stream_release was called; the end of the run frees what is left.
 * Every call here answers WEFT_ESTALE for a stale handle and WEFT_EINVAL for
 * NULL. UDP sockets and WebSockets have messages in place of bytes, which
 * functions of their own read and write: those for bytes answer WEFT_ENOTSUP.
 */
#ifndef WEFT_STREAM_H
#define WEFT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <weft/run.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_stream weft_stream;
typedef struct weft_tls weft_tls; /* weft/tls.h */

/* Choices for a connection; zero means the default throughout. */
typedef struct weft_stream_options {
  size_t limit; /* bytes, of a line and of what is read ahead; 64 KiB */
  size_t high;  /* weft_drain waits above so many unsent bytes; 64 KiB */
  size_t low;   /* ... until no more than so many are left; high / 4 */

  /* For connecting only: */
  double timeout; /* seconds for name, connection and TLS; default: none */
  const char *local_host; /* the address to connect from */
  int local_port;
  double happy_eyeballs_delay; /* seconds before the next address is tried
                                  beside the last one; 0.25 */
  const weft_tls *tls;         /* speak TLS; default: plain TCP */
  const char *server_name;     /* the name in its certificate; default: host */
  const char *gateway;         /* in a browser: a WebSocket gateway that speaks
                                  websockify's protocol, as a template such as
                                  "wss://example.org/?token={host}:{port}"; default:
                                  the page's environment variable WEFT_GATEWAY */
} weft_stream_options;

/*
 * weft_open_connection(host, port, options, &stream) connects to a TCP port.
 * host is a name or an address; each address of a name is tried, IPv6 and IPv4
 * in turn. options may be NULL.
 * Errors: WEFT_ENOTFOUND unknown name; WEFT_ECONNREFUSED; WEFT_EUNREACH, also
 * when local_host is no address of this machine; WEFT_EADDRINUSE local_port is
 * taken; WEFT_ETIMEDOUT; WEFT_EACCES the host permits no network; WEFT_ECERT
 * and WEFT_EPROTO with TLS; WEFT_ENOTSUP in a browser without a gateway;
 * WEFT_EINVAL a port or local_host that is none; WEFT_ENOMEM; WEFT_EIO.
 * weft_errmsg says more. When cancelled it leaves nothing behind. Suspends.
 * Source: asyncio.open_connection.
 */
int weft_open_connection(const char *host, int port,
                         const weft_stream_options *options,
                         weft_stream **stream);

/*
 * weft_open_unix_connection(path, options, &stream) connects to a Unix socket.
 * Errors: as above; WEFT_ENOTFOUND no such path; WEFT_ENOTSUP except on
 * Node.js. Suspends. Source: asyncio.open_unix_connection.
 */
int weft_open_unix_connection(const char *path,
                              const weft_stream_options *options,
                              weft_stream **stream);

/*
 * weft_read(stream, data, size) reads at most size bytes: it waits for the
 * first and takes what is there. Returns how many, 0 at the end of the stream
 * (or for a size of 0).
 * Errors: what broke the connection (WEFT_ECONNRESET ...); WEFT_ECLOSED after
 * weft_close; WEFT_EALREADY while another task reads, also one that was
 * cancelled and has not ended yet; WEFT_EINVAL for a size above INT_MAX.
 * Suspends unless something is there. Source: StreamReader.read.
 */
int weft_read(weft_stream *stream, void *data, size_t size);

/*
 * weft_readexactly(stream, data, size) reads size bytes and returns size.
 * Errors: WEFT_EINCOMPLETE when the stream ends before: what there was is in
 * data, and weft_partial tells how much; else as weft_read.
 * Suspends unless all is there. Source: StreamReader.readexactly.
 */
int weft_readexactly(weft_stream *stream, void *data, size_t size);

/*
 * weft_readuntil(stream, separator, size, &data) reads up to and including the
 * separator of size bytes. *data is it; returned is its length.
 * Errors: WEFT_ELIMIT when there are more than the limit's bytes before it:
 * they stay in the buffer; WEFT_EINCOMPLETE when the stream ends before: *data
 * and weft_partial tell what there was; WEFT_EINVAL for an empty separator;
 * else as weft_read.
 * Suspends unless it is there. Source: StreamReader.readuntil.
 */
int weft_readuntil(weft_stream *stream, const void *separator, size_t size,
                   char **data);

/*
 * weft_readline(stream, &line) reads a line with its "\n" and returns its
 * length; the last one may lack the "\n"; 0 at the end of the stream.
 * Errors: WEFT_ELIMIT when the line is longer than the limit: it is discarded,
 * or as much of it as has arrived; else as weft_read.
 * Suspends unless a line is there. Source: StreamReader.readline.
 */
int weft_readline(weft_stream *stream, char **line);

/*
 * weft_readall(stream, most, &data) reads to the end of the stream, at most so
 * many bytes, and returns how many there were.
 * Errors: WEFT_ELIMIT when there are more: they stay in the buffer; else as
 * weft_read. Suspends. Source: StreamReader.read(-1).
 */
int weft_readall(weft_stream *stream, size_t most, char **data);

/*
 * weft_peek(stream, &data) gives what has arrived without reading it; it waits
 * for the first byte. Returns how many bytes, 0 at the end of the stream.
 * weft_consume(stream, size) then reads away so many of them.
 * Errors: as weft_read; weft_consume: WEFT_EINVAL for more than are there.
 * weft_peek suspends unless something is there; weft_consume never.
 */
int weft_peek(weft_stream *stream, const char **data);
int weft_consume(weft_stream *stream, size_t size);

/* weft_partial(stream): bytes that the last WEFT_EINCOMPLETE gave. Never
   suspends. */
int weft_partial(weft_stream *stream);

/* weft_at_eof(stream): 1 when all was read and no more will come, else 0.
   Never suspends. */
int weft_at_eof(weft_stream *stream);

/*
 * weft_write(stream, data, size) puts bytes behind what was written before and
 * returns 0; data is the caller's again at once. They are sent in the
 * background. Errors: WEFT_ECLOSED after weft_close or weft_write_eof, and for
 * what can only be read; what broke the connection; WEFT_ENOMEM, and nothing is
 * written, or the stream is dead when part of it has gone. Never suspends.
 * Source: StreamWriter.write.
 */
int weft_write(weft_stream *stream, const void *data, size_t size);

/* One piece of what weft_writelines writes. */
typedef struct weft_bytes {
  const void *data;
  size_t size;
} weft_bytes;

/* weft_writelines(stream, pieces, count): weft_write of each, all or none.
   Errors: as weft_write. Never suspends. Source: StreamWriter.writelines. */
int weft_writelines(weft_stream *stream, const weft_bytes *pieces,
                    size_t count);

/*
 * weft_drain(stream) waits until no more than the low-water mark is unsent, if
 * more than the high-water mark is now. Returns 0.
 * Errors: what broke the connection; WEFT_ECLOSED when it was closed.
 * Suspends only above the high-water mark. Source: StreamWriter.drain.
 */
int weft_drain(weft_stream *stream);

/*
 * weft_write_eof(stream) ends our half, after what was written; the other can
 * still be read. A second call does nothing. Errors: as weft_write;
 * WEFT_ENOTSUP for streams without halves. Never suspends. Source:
 * StreamWriter.write_eof.
 */
int weft_write_eof(weft_stream *stream);

/*
 * weft_close(stream) closes it: what was written is still sent, what arrives is
 * thrown away; a task that waits in a read gets WEFT_ECLOSED. A second call
 * does nothing. Never suspends. Source: StreamWriter.close.
 */
int weft_close(weft_stream *stream);

/*
 * weft_abort(stream) closes it at once; what was not sent is lost.
 * Never suspends. Source: WriteTransport.abort.
 */
int weft_abort(weft_stream *stream);

/*
 * weft_wait_closed(stream) waits until it is closed and gives the handle back.
 * Returns 0, or what broke the connection. Cancelled, the stream goes on to
 * close and the handle stays valid. Suspends. Source: StreamWriter.wait_closed.
 */
int weft_wait_closed(weft_stream *stream);

/*
 * weft_stream_release(stream) gives the handle back, without waiting; a stream
 * that is open is closed as by weft_close. Never suspends.
 */
int weft_stream_release(weft_stream *stream);

/* weft_is_closing(stream): 1 after weft_close or when it broke, else 0. Never
   suspends. */
int weft_is_closing(weft_stream *stream);

/*
 * weft_get_extra_info(stream, name, text, size) writes what is known under the
 * name into text, with a NUL, cut to size; returns the whole length.
 * Names: "peername" and "sockname" ("127.0.0.1:80", "[::1]:80", or a path);
 * with TLS "tls_version" ("TLSv1.3"), "cipher", "alpn" (the protocol agreed
 * on) and "peercert" (the subject of the peer's certificate).
 * Errors: WEFT_ENOTFOUND where there is no such thing, or the stream is closed:
 * ask while it is open. Never suspends.
 * Source: StreamWriter.get_extra_info.
 */
int weft_get_extra_info(weft_stream *stream, const char *name, char *text,
                        size_t size);

/*
 * weft_start_tls(stream, tls, server_name) goes on in TLS on an open stream,
 * after what was written. What was not read before is taken as TLS, never as
 * what it carries. With a context of weft_tls_client, server_name is the name
 * that the peer's certificate must have; with one of weft_tls_server it is not
 * used.
 * Errors: WEFT_ECERT; WEFT_EPROTO; WEFT_EINVAL where TLS is spoken already, or
 * it is no TCP or Unix socket; as weft_read. After an error or a cancel of the
 * handshake the stream is dead. Suspends. Source: StreamWriter.start_tls.
 */
int weft_start_tls(weft_stream *stream, const weft_tls *tls,
                   const char *server_name);

#ifdef __cplusplus
}
#endif
#endif
