/*
 * A request of weft_fetch on its way: what fetch.c (requests and responses)
 * and fetch_body.c (the body that a request sends) share.
 */
#ifndef WEFT_WASI_FETCH_H
#define WEFT_WASI_FETCH_H

#include "host_fetch.h"
#include "http_request.h"
#include "poll.h"
#include "stream.h"

typedef wasi_http_types_list_tuple2_field_key_field_value_t weft__fields;

typedef struct weft__fetch {
  weft__stream *stream;
  weft__url url;
  char *method;
  weft_header *headers; /* copies, in one block with their texts */
  size_t header_count;
  char *body; /* a copy of the one in memory */
  size_t body_size;
  bool streamed, no_redirects;
  bool trusted; /* still with the host that the headers are meant for */
  int redirects;

  /* The request's body, while it is being sent. */
  wasi_http_types_own_outgoing_body_t out_body;
  wasi_io_streams_own_output_stream_t out;
  poll_own_pollable_t out_ready;
  weft__watch out_watch;
  weft__handle output;
  size_t sent; /* of body */
  bool broken; /* the host takes no more: the response tells why */

  /* The response: awaited, then its body read. */
  wasi_http_types_own_future_incoming_response_t future;
  wasi_http_types_own_incoming_response_t response;
  wasi_http_types_own_incoming_body_t in_body;
  wasi_io_streams_own_input_stream_t in;
  poll_own_pollable_t in_ready;
  weft__watch in_watch;
  weft__handle input;
  bool reading, closing;
  int status;
  weft__fields fields;
} weft__fetch;

static inline weft__fetch *weft__fetch_of(weft__stream *s) {
  return (weft__fetch *)s->host;
}

/* Drops a resource of the host, if there is one. */
#define DROP(handle, drop)                                                     \
  do {                                                                         \
    if ((handle).__handle) drop(handle);                                       \
    (handle).__handle = 0;                                                     \
  } while (0)

/* Makes a handle ready that may be so already. */
static inline void weft__fetch_soon(weft__handle *handle) {
  if (handle->node.next == &handle->node) weft__ready(handle);
}

static inline void weft__fetch_await(weft__watch *watch,
                                     poll_own_pollable_t ready,
                                     weft__handle *handle) {
  if (watch->place) return;
  if (weft__poll_watch(watch, ready, handle) < 0) weft__fetch_soon(handle);
}

/* weft__fetch_start_body takes the request's body and its stream, if it has
   one. Errors: WEFT_EIO. */
int weft__fetch_start_body(weft__fetch *f,
                           wasi_http_types_borrow_outgoing_request_t request);

/* weft__fetch_end_body_early drops what is left of it. */
void weft__fetch_end_body_early(weft__fetch *f);

/* It may be written: weft__fetch.output. */
void weft__fetch_on_output(weft__handle *handle);

/* The stream's operations that send a body, weft__stream_ops. */
size_t weft__fetch_write(weft__stream *s, const char *bytes, size_t size);
void weft__fetch_shutdown(weft__stream *s);

#endif
