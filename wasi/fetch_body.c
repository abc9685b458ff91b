/* The body that a request sends: from memory, or from a stream. */
#include "fetch.h"

#include "error.h"

void weft__fetch_end_body_early(weft__fetch *f) {
  weft__poll_unwatch(&f->out_watch);
  weft__list_remove(&f->output.node);
  DROP(f->out_ready, poll_pollable_drop_own);
  DROP(f->out, wasi_io_streams_output_stream_drop_own);
  DROP(f->out_body, wasi_http_types_outgoing_body_drop_own);
}

/* How many bytes the host takes: 0 none now, -1 none ever. */
static int permit(weft__fetch *f) {
  uint64_t size;
  wasi_io_streams_stream_error_t error;
  if (wasi_io_streams_method_output_stream_check_write(
          wasi_io_streams_borrow_output_stream(f->out), &size, &error)) {
    return size < INT32_MAX ? (int)size : INT32_MAX;
  }
  wasi_io_streams_stream_error_free(&error);
  return -1;
}

/* Sends some bytes: how many, 0 none now, -1 none ever. */
static int send_some(weft__fetch *f, const char *bytes, size_t size) {
  int most = permit(f);
  if (most <= 0) return most;
  if (size > (size_t)most) size = (size_t)most;
  wasi_http_list_u8_t list = {(uint8_t *)bytes, size};
  wasi_io_streams_stream_error_t error;
  if (wasi_io_streams_method_output_stream_write(
          wasi_io_streams_borrow_output_stream(f->out), &list, &error)) {
    return (int)size;
  }
  wasi_io_streams_stream_error_free(&error);
  return -1;
}

/* The body is complete. */
static void end_body(weft__fetch *f) {
  wasi_http_types_own_outgoing_body_t body = f->out_body;
  f->out_body.__handle = 0;
  weft__fetch_end_body_early(f);
  wasi_http_types_error_code_t error;
  if (body.__handle &&
      !wasi_http_types_static_outgoing_body_finish(body, NULL, &error)) {
    wasi_http_types_error_code_free(&error); /* the response tells */
  }
}

static void send_memory(weft__fetch *f) {
  while (f->sent < f->body_size) {
    int size = send_some(f, f->body + f->sent, f->body_size - f->sent);
    if (size < 0) return; /* the response tells why */
    if (size == 0) {
      weft__fetch_await(&f->out_watch, f->out_ready, &f->output);
      return;
    }
    f->sent += (size_t)size;
  }
  end_body(f);
}

void weft__fetch_on_output(weft__handle *handle) {
  weft__fetch *f = weft__container(handle, weft__fetch, output);
  if (!f->streamed) {
    send_memory(f);
  } else if (permit(f) == 0) {
    weft__fetch_await(&f->out_watch, f->out_ready, &f->output);
  } else {
    weft__stream_writable(f->stream);
  }
}

size_t weft__fetch_write(weft__stream *s, const char *bytes, size_t size) {
  weft__fetch *f = weft__fetch_of(s);
  if (!f->out.__handle || f->broken) return size; /* nobody wants it */
  int sent = send_some(f, bytes, size);
  if (sent > 0) return (size_t)sent;
  f->broken = sent < 0;
  if (f->broken) return size;
  s->busy = true;
  weft__fetch_await(&f->out_watch, f->out_ready, &f->output);
  return 0;
}

void weft__fetch_shutdown(weft__stream *s) { end_body(weft__fetch_of(s)); }

int weft__fetch_start_body(weft__fetch *f,
                           wasi_http_types_borrow_outgoing_request_t request) {
  if (!f->streamed && !f->body) return 0;
  if (!wasi_http_types_method_outgoing_request_body(request, &f->out_body) ||
      !wasi_http_types_method_outgoing_body_write(
          wasi_http_types_borrow_outgoing_body(f->out_body), &f->out)) {
    return weft__fail(WEFT_EIO, "the host takes no body");
  }
  f->out_ready.__handle = wasi_io_streams_method_output_stream_subscribe(
                              wasi_io_streams_borrow_output_stream(f->out))
                              .__handle;
  return 0;
}
