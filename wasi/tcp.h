/*
 * A TCP connection of wasi:sockets, as what a stream is made of.
 *
 * It reads and writes without waiting and says when that is worth a try again.
 * tcp_stream.c makes a plain stream of it, tls_stream.c one that speaks TLS:
 * whose it is sets what `input` and `output` run.
 *
 * The host writes in the background: what it has taken over is sent even after
 * the connection was given up. Dropping the host's stream meanwhile would block
 * the program until it is sent, so such a connection lingers first.
 */
#ifndef WEFT_WASI_TCP_H
#define WEFT_WASI_TCP_H

#include "network.h"
#include "poll.h"

#include <wasi/wasip2.h>

struct weft__stream;
struct weft__stream_ops;

typedef struct weft__tcp {
  struct weft__stream *stream; /* whose it is */
  void *tls;                   /* of a stream that speaks TLS */
  weft__handle input;          /* runs when there may be something to read */
  weft__handle output;         /* runs when more may be written */
  bool reading;                /* `input` is wanted */
  bool closing;                /* it ends once all is written */
  bool failed;                 /* writing has failed */

  tcp_own_tcp_socket_t socket;
  streams_own_input_stream_t in;
  streams_own_output_stream_t out;
  poll_own_pollable_t in_ready, out_ready; /* handle 0: not made yet */
  weft__watch in_watch, out_watch;
  uint32_t chunk; /* how much to read at once: grows while that is filled */
} weft__tcp;

enum {
  WEFT__TCP_AGAIN = 0, /* of reading: nothing is there now */
  WEFT__TCP_END = -1,  /* the peer has ended its half */
  WEFT__TCP_BROKEN = -2,
};

/*
 * weft__tcp_new makes one of an open connection of the host, which it then
 * owns, or drops and answers NULL when memory is out.
 */
weft__tcp *weft__tcp_new(tcp_own_tcp_socket_t socket,
                         streams_own_input_stream_t in,
                         streams_own_output_stream_t out);

/*
 * weft__tcp_read puts at most size bytes, at least 1, where they are wanted and
 * returns how many, or one of the above. It asks the host for so many: the
 * host prepares a buffer of that size each time.
 */
int weft__tcp_read(weft__tcp *tcp, char *place, size_t size);

/*
 * weft__tcp_await_input: `input`, which is alone, will run once.
 * weft__tcp_forget_input: not, even if it is ready.
 */
int weft__tcp_await_input(weft__tcp *tcp);
void weft__tcp_forget_input(weft__tcp *tcp);

/*
 * weft__tcp_permit gives how many bytes can be written: 0 while the host still
 * writes, -1 when the connection is broken.
 */
int weft__tcp_permit(weft__tcp *tcp);

/*
 * weft__tcp_write hands over size bytes, at most what weft__tcp_permit has just
 * permitted. False: the connection is broken.
 */
bool weft__tcp_write(weft__tcp *tcp, const char *bytes, size_t size);

/* The same for `output`. */
int weft__tcp_await_output(weft__tcp *tcp);
void weft__tcp_forget_output(weft__tcp *tcp);

/* weft__tcp_end_output ends our half, behind what was written. */
void weft__tcp_end_output(weft__tcp *tcp);

/* weft__tcp_drop gives it up; nothing runs any more. */
void weft__tcp_drop(weft__tcp *tcp);

/* weft__tcp_info is weft__stream_ops.info for "peername" and "sockname". */
int weft__tcp_info(weft__tcp *tcp, const char *name, char *text, size_t size);

/* weft__tcp_attach makes a new stream a plain one over it. */
void weft__tcp_attach(struct weft__stream *stream, weft__tcp *tcp);
extern const struct weft__stream_ops weft__tcp_ops;

#endif
