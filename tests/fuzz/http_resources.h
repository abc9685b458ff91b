/*
 * The resources of a wasi:http that is made up, for http_host.h: how many there
 * are of each kind, what is watched, and errors. Each is dropped once, in an
 * order that a host permits. What is not certain the script says.
 */
#ifndef WEFT_TESTS_FUZZ_HTTP_RESOURCES_H
#define WEFT_TESTS_FUZZ_HTTP_RESOURCES_H

#include "bindings/wasi_http.h"
#include "fuzz.h"
#include "poll.h"

/* Its own allocations never fail. */
#undef malloc
#undef calloc

static input script;

/* ---- how many there are of each kind */

enum {
  FIELDS,
  REQUEST,
  FUTURE,
  RESPONSE,
  OUT_BODY,
  OUT,
  IN_BODY,
  IN,
  POLLABLE,
  KINDS
};
static int alive[KINDS];

static int32_t made(int kind) {
  alive[kind]++;
  return kind + 1;
}
static void drop(int kind, int32_t handle) {
  CHECK(handle == kind + 1 && alive[kind] > 0);
  alive[kind]--;
}
static void check(int kind, int32_t handle) {
  CHECK(handle == kind + 1 && alive[kind] > 0);
}

/* A stream is dropped before the body that it is of, a pollable before that. */
#define DROPS(name, type, kind)                                                \
  void name(type r) { drop(kind, r.__handle); }
DROPS(wasi_http_types_fields_drop_own, wasi_http_types_own_fields_t, FIELDS)
DROPS(wasi_http_types_future_incoming_response_drop_own,
      wasi_http_types_own_future_incoming_response_t, FUTURE)
DROPS(wasi_io_streams_output_stream_drop_own,
      wasi_io_streams_own_output_stream_t, OUT)
DROPS(wasi_io_streams_input_stream_drop_own, wasi_io_streams_own_input_stream_t,
      IN)
DROPS(poll_pollable_drop_own, poll_own_pollable_t, POLLABLE)
void wasi_http_types_outgoing_request_drop_own(
    wasi_http_types_own_outgoing_request_t r) {
  drop(REQUEST, r.__handle);
}
void wasi_http_types_outgoing_body_drop_own(
    wasi_http_types_own_outgoing_body_t r) {
  CHECK(!alive[OUT]);
  drop(OUT_BODY, r.__handle);
}
void wasi_http_types_incoming_body_drop_own(
    wasi_http_types_own_incoming_body_t r) {
  CHECK(!alive[IN]);
  drop(IN_BODY, r.__handle);
}
void wasi_http_types_incoming_response_drop_own(
    wasi_http_types_own_incoming_response_t r) {
  CHECK(!alive[IN_BODY]);
  drop(RESPONSE, r.__handle);
}

#define BORROWS(name, own, borrow, kind)                                       \
  borrow name(own r) {                                                         \
    check(kind, r.__handle);                                                   \
    return (borrow){r.__handle};                                               \
  }
BORROWS(wasi_http_types_borrow_fields, wasi_http_types_own_fields_t,
        wasi_http_types_borrow_fields_t, FIELDS)
BORROWS(wasi_http_types_borrow_outgoing_request,
        wasi_http_types_own_outgoing_request_t,
        wasi_http_types_borrow_outgoing_request_t, REQUEST)
BORROWS(wasi_http_types_borrow_future_incoming_response,
        wasi_http_types_own_future_incoming_response_t,
        wasi_http_types_borrow_future_incoming_response_t, FUTURE)
BORROWS(wasi_http_types_borrow_incoming_response,
        wasi_http_types_own_incoming_response_t,
        wasi_http_types_borrow_incoming_response_t, RESPONSE)
BORROWS(wasi_http_types_borrow_incoming_body,
        wasi_http_types_own_incoming_body_t,
        wasi_http_types_borrow_incoming_body_t, IN_BODY)
BORROWS(wasi_http_types_borrow_outgoing_body,
        wasi_http_types_own_outgoing_body_t,
        wasi_http_types_borrow_outgoing_body_t, OUT_BODY)
BORROWS(wasi_io_streams_borrow_input_stream, wasi_io_streams_own_input_stream_t,
        wasi_io_streams_borrow_input_stream_t, IN)
BORROWS(wasi_io_streams_borrow_output_stream,
        wasi_io_streams_own_output_stream_t,
        wasi_io_streams_borrow_output_stream_t, OUT)

/* ---- waiting: what is watched becomes ready when the script says */

enum { MOST_WATCHES = 8 };
static weft__watch *watches[MOST_WATCHES];

int weft__poll_watch(weft__watch *watch, poll_own_pollable_t pollable,
                     weft__handle *handle) {
  check(POLLABLE, pollable.__handle);
  CHECK(!watch->place);
  for (uint32_t i = 0; i < MOST_WATCHES; i++) {
    if (watches[i]) continue;
    watches[i] = watch;
    watch->place = i + 1;
    watch->handle = handle;
    return 0;
  }
  abort();
}

void weft__poll_unwatch(weft__watch *watch) {
  if (watch->place) watches[watch->place - 1] = NULL;
  watch->place = 0;
}

static void fire(unsigned which) {
  for (int i = 0; i < MOST_WATCHES; i++) {
    weft__watch *watch = watches[i];
    if (!watch || !(which >> i & 1)) continue;
    weft__poll_unwatch(watch);
    weft__ready(watch->handle);
  }
}

static wasi_io_poll_own_pollable_t pollable(void) {
  return (wasi_io_poll_own_pollable_t){made(POLLABLE)};
}
wasi_io_poll_own_pollable_t
wasi_http_types_method_future_incoming_response_subscribe(
    wasi_http_types_borrow_future_incoming_response_t r) {
  check(FUTURE, r.__handle);
  return pollable();
}
wasi_io_poll_own_pollable_t wasi_io_streams_method_input_stream_subscribe(
    wasi_io_streams_borrow_input_stream_t r) {
  check(IN, r.__handle);
  return pollable();
}
wasi_io_poll_own_pollable_t wasi_io_streams_method_output_stream_subscribe(
    wasi_io_streams_borrow_output_stream_t r) {
  check(OUT, r.__handle);
  return pollable();
}

/* ---- errors */

static char *text_of(const char *text, size_t size) {
  char *copy = malloc(size + 1); /* exactly: to see what reads beyond */
  CHECK(copy);
  memcpy(copy, text, size);
  return copy;
}

static void some_error(wasi_http_types_error_code_t *error) {
  *error = (wasi_http_types_error_code_t){.tag = (uint8_t)(next(&script) % 40)};
  if (error->tag != WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR) return;
  size_t size = next(&script);
  error->val.internal_error.is_some = size > 0;
  if (!size) return;
  error->val.internal_error.val.ptr = malloc(size);
  memset(error->val.internal_error.val.ptr, 'e', size);
  error->val.internal_error.val.len = size;
}

void wasi_http_types_error_code_free(wasi_http_types_error_code_t *error) {
  if (error->tag == WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR &&
      error->val.internal_error.is_some) {
    free(error->val.internal_error.val.ptr);
  }
}

static void some_stream_error(wasi_io_streams_stream_error_t *error) {
  *error = (wasi_io_streams_stream_error_t){
      .tag = next(&script) % 2
                 ? WASI_IO_STREAMS_STREAM_ERROR_LAST_OPERATION_FAILED
                 : WASI_IO_STREAMS_STREAM_ERROR_CLOSED};
}
void wasi_io_streams_stream_error_free(wasi_io_streams_stream_error_t *error) {
  (void)error;
}
wasi_io_error_borrow_error_t
wasi_io_error_borrow_error(wasi_io_error_own_error_t r) {
  return (wasi_io_error_borrow_error_t){r.__handle};
}
bool wasi_http_types_http_error_code(wasi_http_types_borrow_io_error_t r,
                                     wasi_http_types_error_code_t *error) {
  (void)r;
  if (next(&script) % 2) return false;
  some_error(error);
  return true;
}

#endif
