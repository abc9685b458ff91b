/*
 * The standard input, output and error as streams: host_stream.h over the
 * streams of wasi:cli.
 *
 * The host tells when there is more to read or room to write, and then answers
 * without waiting; but wasmtime always has room, and waits in a write that nobody
 * reads. They are made anew for each stream: dropping them closes nothing.
 */
#include "error.h"
#include "job_server.h"
#include "lift.h"
#include "poll.h"
#include "stream.h"

#include <stdlib.h>
#include <sys/uio.h>

enum {
  CHUNK = 16 * 1024,
  READ_ROUND = 256 * 1024, /* bytes, then the others have their turn */
};

typedef struct stdio {
  weft__stream *stream;
  streams_own_input_stream_t in;   /* of standard input */
  streams_own_output_stream_t out; /* of the others */
  int fd;                          /* 1 or 2: which of them */
  poll_own_pollable_t ready;
  weft__watch watch;
  weft__handle handle; /* runs when there is more to read, or may be written */
  bool reading, closing;
  bool failed; /* nobody reads what we write */
} stdio;

static stdio *stdio_of(weft__stream *s) { return (stdio *)s->host; }

static void stdio_free(stdio *d) {
  weft__poll_unwatch(&d->watch);
  weft__list_remove(&d->handle.node);
  poll_pollable_drop_own(d->ready);
  if (d->in.__handle) streams_input_stream_drop_own(d->in);
  if (d->out.__handle) streams_output_stream_drop_own(d->out);
  free(d);
}

static void lose(stdio *d, int code, const char *text) {
  weft__stream *s = d->stream;
  stdio_free(d);
  weft__stream_lost(s, code, text);
}

static void later(stdio *d) {
  if (d->handle.node.next == &d->handle.node) weft__ready(&d->handle);
}

static void await(stdio *d) {
  if (d->watch.place) return;
  if (weft__poll_watch(&d->watch, d->ready, &d->handle) < 0) later(d);
}

/* ---- standard input */

static void read_input(stdio *d) {
  for (size_t round = 0; d->reading && round < READ_ROUND;) {
    size_t size;
    char *place =
        weft__stream_room(d->stream, d->stream->direct ? 1 : CHUNK, &size);
    if (!place) return; /* the stream was given up */
    wasip2_list_u8_t bytes;
    streams_stream_error_t error;
    weft__lift_to(place, size);
    bool ok = streams_method_input_stream_read(
        streams_borrow_input_stream(d->in), size, &bytes, &error);
    weft__lift_end();
    if (!ok) {
      d->reading = false;
      bool end = error.tag == STREAMS_STREAM_ERROR_CLOSED;
      streams_stream_error_free(&error);
      if (end) {
        weft__stream_ended(d->stream);
      } else {
        lose(d, WEFT_EIO, "the standard input cannot be read");
      }
      return;
    }
    if (!bytes.len) break;
    weft__stream_arrived(d->stream, bytes.len);
    round += bytes.len;
  }
  if (d->reading) await(d);
}

static void read_op(weft__stream *s, bool on) {
  stdio *d = stdio_of(s);
  d->reading = on;
  if (on) {
    await(d);
  } else {
    weft__poll_unwatch(&d->watch);
    weft__list_remove(&d->handle.node);
  }
}

/* ---- standard output and error */

/* How many bytes the host takes: 0 none now, -1 none ever. */
static int permit(stdio *d) {
  uint64_t size;
  streams_stream_error_t error;
  if (streams_method_output_stream_check_write(
          streams_borrow_output_stream(d->out), &size, &error)) {
    return size < INT32_MAX ? (int)size : INT32_MAX;
  }
  streams_stream_error_free(&error);
  return -1;
}

static bool write_output(stdio *d, const char *bytes, size_t size) {
  wasip2_list_u8_t list = {(uint8_t *)bytes, size};
  streams_borrow_output_stream_t out = streams_borrow_output_stream(d->out);
  streams_stream_error_t error;
  if (streams_method_output_stream_write(out, &list, &error) &&
      streams_method_output_stream_flush(out, &error)) {
    return true;
  }
  streams_stream_error_free(&error);
  return false;
}

static size_t write_op(weft__stream *s, const char *bytes, size_t size) {
  stdio *d = stdio_of(s);
  struct iovec part = {(void *)bytes, size};
  if (weft__print(d->fd, &part, 1)) return size;
  int most = permit(d);
  if (most > 0) {
    if (size > (size_t)most) size = (size_t)most;
    if (write_output(d, bytes, size)) return size;
    most = -1;
  }
  s->busy = true;
  d->failed = most < 0;
  if (d->failed) {
    later(d); /* the core is told there */
  } else {
    await(d);
  }
  return 0;
}

static void send_output(stdio *d) {
  int most = d->failed ? -1 : permit(d);
  if (most == 0) {
    await(d);
  } else if (d->closing) {
    lose(d, 0, NULL);
  } else if (most < 0) {
    lose(d, WEFT_ECONNRESET, "nobody reads the program's output any more");
  } else {
    weft__stream_writable(d->stream);
  }
}

/* ---- both */

static void on_ready(weft__handle *handle) {
  stdio *d = weft__container(handle, stdio, handle);
  if (d->out.__handle) {
    send_output(d);
  } else if (d->closing) {
    lose(d, 0, NULL);
  } else {
    read_input(d);
  }
}

static void close_op(weft__stream *s) {
  stdio *d = stdio_of(s);
  d->reading = false;
  d->closing = true;
  weft__poll_unwatch(&d->watch);
  later(d);
}

static void abort_op(weft__stream *s) { stdio_free(stdio_of(s)); }

static const weft__stream_ops ops = {
    .read = read_op, .write = write_op, .close = close_op, .abort = abort_op};

static stdio *new_stdio(weft__stream *s) {
  stdio *d = calloc(1, sizeof *d);
  if (!d) {
    weft__fail(WEFT_ENOMEM, "no memory for a stream");
    return NULL;
  }
  d->stream = s;
  d->handle.run = on_ready;
  weft__node_init(&d->handle.node);
  s->host = (intptr_t)d;
  s->ops = &ops;
  return d;
}

int weft__host_open_input(weft__stream *s) {
  stdio *d = new_stdio(s);
  if (!d) return WEFT_ENOMEM;
  d->in = stdin_get_stdin();
  d->ready =
      streams_method_input_stream_subscribe(streams_borrow_input_stream(d->in));
  return 0;
}

int weft__host_open_output(weft__stream *s, int fd) {
  stdio *d = new_stdio(s);
  if (!d) return WEFT_ENOMEM;
  d->fd = fd;
  d->out = fd == 1 ? stdout_get_stdout() : stderr_get_stderr();
  d->ready = streams_method_output_stream_subscribe(
      streams_borrow_output_stream(d->out));
  return 0;
}
