/* Plain TCP streams: host_stream.h over tcp.h. */
#include "stream.h"
#include "tcp.h"

#include <weft/error.h>

enum {
  LARGEST_CHUNK = 64 * 1024, /* the host reads no more at once */
  SMALL = 16 * 1024, /* writes that are mostly sent when the call returns */
  READ_ROUND = 256 * 1024, /* bytes, then the others have their turn */
};

static weft__tcp *tcp_of(weft__stream *s) { return (weft__tcp *)s->host; }

/* The end: the core forgets the stream, and the host the connection. */
static void lose(weft__tcp *tcp, int code, const char *text) {
  weft__stream *s = tcp->stream;
  weft__tcp_drop(tcp);
  weft__stream_lost(s, code, text);
}

static void await_input(weft__tcp *tcp) {
  if (weft__tcp_await_input(tcp) < 0) lose(tcp, WEFT_ENOMEM, NULL);
}

/* ---- reading */

/* How much room to ask for: a large direct read needs no buffer. */
static size_t room_wanted(const weft__tcp *tcp) {
  const weft__stream *s = tcp->stream;
  if (s->direct && s->direct_size >= tcp->chunk) return 1;
  return tcp->chunk;
}

/*
 * Reads what is there: 0 when there is no more now, or it shall stop, else how
 * weft__tcp_read ended. WEFT_ENOMEM: the core has given the stream up.
 */
static int read_all(weft__tcp *tcp) {
  size_t round = 0;
  while (tcp->reading && round < READ_ROUND) {
    size_t size;
    char *place = weft__stream_room(tcp->stream, room_wanted(tcp), &size);
    if (!place) return WEFT_ENOMEM;
    if (size > tcp->chunk) size = tcp->chunk;
    int got = weft__tcp_read(tcp, place, size);
    if (got <= 0) return got;
    weft__stream_arrived(tcp->stream, (size_t)got);
    if ((size_t)got < size) return 0;
    round += size;
    if (tcp->chunk < LARGEST_CHUNK) tcp->chunk *= 2;
  }
  return 0;
}

static void on_input(weft__handle *handle) {
  weft__tcp *tcp = weft__container(handle, weft__tcp, input);
  switch (read_all(tcp)) {
  case 0:
    if (tcp->reading) await_input(tcp);
    break;
  case WEFT__TCP_END:
    tcp->reading = false;
    weft__stream_ended(tcp->stream);
    break;
  case WEFT__TCP_BROKEN: lose(tcp, WEFT_ECONNRESET, NULL); break;
  default: break;
  }
}

static void read_op(weft__stream *s, bool on) {
  weft__tcp *tcp = tcp_of(s);
  tcp->reading = on;
  if (!on) {
    weft__tcp_forget_input(tcp);
  } else if (tcp->input.node.next == &tcp->input.node && !tcp->in_watch.place &&
             weft__tcp_await_input(tcp) < 0) {
    weft__ready(&tcp->input); /* it fails there, or succeeds by then */
  }
}

/* ---- writing */

/* The rest is told from the loop. */
static void later(weft__tcp *tcp) {
  if (tcp->output.node.next == &tcp->output.node) weft__ready(&tcp->output);
}

static void await_output(weft__tcp *tcp) {
  if (weft__tcp_await_output(tcp) < 0) later(tcp);
}

/* What arrived before the connection broke is read first. */
static void fail(weft__tcp *tcp) {
  if (read_all(tcp) == WEFT_ENOMEM) return;
  lose(tcp, WEFT_ECONNRESET, NULL);
}

static void on_output(weft__handle *handle) {
  weft__tcp *tcp = weft__container(handle, weft__tcp, output);
  weft__stream *s = tcp->stream;
  int permit = tcp->failed ? -1 : weft__tcp_permit(tcp);
  if (permit == 0) {
    await_output(tcp);
  } else if (tcp->closing) {
    lose(tcp, 0, NULL);
  } else if (permit < 0) {
    fail(tcp);
  } else {
    s->in_flight = 0;
    weft__stream_writable(s);
  }
}

static size_t broken(weft__tcp *tcp) {
  tcp->failed = true;
  tcp->stream->busy = true;
  later(tcp);
  return 0;
}

static size_t write_op(weft__stream *s, const char *bytes, size_t size) {
  weft__tcp *tcp = tcp_of(s);
  int permit = weft__tcp_permit(tcp);
  if (permit < 0) return broken(tcp);
  if (size > (size_t)permit) size = (size_t)permit;
  if (size && !weft__tcp_write(tcp, bytes, size)) return broken(tcp);
  if (!size || (size > SMALL && weft__tcp_permit(tcp) == 0)) {
    s->busy = true;
    s->in_flight = size;
    await_output(tcp);
  }
  return size;
}

static void shutdown_op(weft__stream *s) { weft__tcp_end_output(tcp_of(s)); }

/* ---- the end */

static void close_op(weft__stream *s) {
  weft__tcp *tcp = tcp_of(s);
  tcp->reading = false;
  weft__tcp_forget_input(tcp);
  tcp->closing = true;
  later(tcp);
}

static void abort_op(weft__stream *s) { weft__tcp_drop(tcp_of(s)); }

static int info_op(weft__stream *s, const char *name, char *text, size_t size) {
  return weft__tcp_info(tcp_of(s), name, text, size);
}

const weft__stream_ops weft__tcp_ops = {.read = read_op,
                                        .write = write_op,
                                        .shutdown = shutdown_op,
                                        .close = close_op,
                                        .abort = abort_op,
                                        .info = info_op};

void weft__tcp_attach(weft__stream *s, weft__tcp *tcp) {
  tcp->stream = s;
  tcp->input.run = on_input;
  tcp->output.run = on_output;
  s->host = (intptr_t)tcp;
  s->ops = &weft__tcp_ops;
}
