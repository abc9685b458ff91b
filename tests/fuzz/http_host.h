/*
 * A wasi:http that is made up, for fetch.c: what a call answers is what the
 * script says, and all goes well once that is used up. It checks that each of
 * its resources is dropped once, in an order that a host permits.
 */
#ifndef WEFT_TESTS_FUZZ_HTTP_HOST_H
#define WEFT_TESTS_FUZZ_HTTP_HOST_H

#include "bindings/wasi_http.h"
#include "fuzz.h"
#include "lift.h"
#include "poll.h"

/* Its own allocations never fail. */
#undef malloc
#undef calloc

static input script;

/* ---- the host's resources: how many there are of each kind */

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

/* ---- a request: what makes no sense is refused */

wasi_http_types_own_fields_t wasi_http_types_constructor_fields(void) {
  return (wasi_http_types_own_fields_t){made(FIELDS)};
}
bool wasi_http_types_method_fields_append(wasi_http_types_borrow_fields_t r,
                                          wasi_http_types_field_key_t *name,
                                          wasi_http_types_field_value_t *value,
                                          wasi_http_types_header_error_t *err) {
  check(FIELDS, r.__handle);
  touch((char *)name->ptr, name->len);
  touch((char *)value->ptr, value->len);
  err->tag = WASI_HTTP_TYPES_HEADER_ERROR_FORBIDDEN;
  return next(&script) % 16 != 1;
}
wasi_http_types_own_outgoing_request_t
wasi_http_types_constructor_outgoing_request(wasi_http_types_own_fields_t r) {
  drop(FIELDS, r.__handle);
  return (wasi_http_types_own_outgoing_request_t){made(REQUEST)};
}
static bool set(int32_t handle, const wasi_http_string_t *text) {
  check(REQUEST, handle);
  if (text) touch((char *)text->ptr, text->len);
  return next(&script) % 32 != 1;
}
bool wasi_http_types_method_outgoing_request_set_method(
    wasi_http_types_borrow_outgoing_request_t r, wasi_http_types_method_t *m) {
  (void)m;
  return set(r.__handle, NULL);
}
bool wasi_http_types_method_outgoing_request_set_scheme(
    wasi_http_types_borrow_outgoing_request_t r, wasi_http_types_scheme_t *s) {
  (void)s;
  return set(r.__handle, NULL);
}
bool wasi_http_types_method_outgoing_request_set_authority(
    wasi_http_types_borrow_outgoing_request_t r, wasi_http_string_t *text) {
  return set(r.__handle, text);
}
bool wasi_http_types_method_outgoing_request_set_path_with_query(
    wasi_http_types_borrow_outgoing_request_t r, wasi_http_string_t *text) {
  return set(r.__handle, text);
}
bool wasi_http_types_method_outgoing_request_body(
    wasi_http_types_borrow_outgoing_request_t r,
    wasi_http_types_own_outgoing_body_t *body) {
  check(REQUEST, r.__handle);
  if (next(&script) % 16 == 1) return false;
  body->__handle = made(OUT_BODY);
  return true;
}
bool wasi_http_types_method_outgoing_body_write(
    wasi_http_types_borrow_outgoing_body_t r,
    wasi_http_types_own_output_stream_t *out) {
  check(OUT_BODY, r.__handle);
  if (next(&script) % 16 == 1) return false;
  out->__handle = made(OUT);
  return true;
}
bool wasi_http_types_static_outgoing_body_finish(
    wasi_http_types_own_outgoing_body_t r, wasi_http_types_own_trailers_t *t,
    wasi_http_types_error_code_t *error) {
  (void)t;
  CHECK(!alive[OUT]);
  drop(OUT_BODY, r.__handle);
  if (next(&script) % 4 != 1) return true;
  some_error(error);
  return false;
}
bool wasi_http_outgoing_handler_handle(
    wasi_http_outgoing_handler_own_outgoing_request_t r,
    wasi_http_outgoing_handler_own_request_options_t *options,
    wasi_http_outgoing_handler_own_future_incoming_response_t *future,
    wasi_http_outgoing_handler_error_code_t *error) {
  (void)options;
  drop(REQUEST, r.__handle);
  if (next(&script) % 16 == 1) {
    some_error(error);
    return false;
  }
  future->__handle = made(FUTURE);
  return true;
}

static uint64_t permitted;
bool wasi_io_streams_method_output_stream_check_write(
    wasi_io_streams_borrow_output_stream_t r, uint64_t *size,
    wasi_io_streams_stream_error_t *error) {
  check(OUT, r.__handle);
  unsigned how = next(&script);
  if (how % 8 == 1) {
    some_stream_error(error);
    return false;
  }
  *size = permitted = script.size ? how / 8 : 4096;
  return true;
}
bool wasi_io_streams_method_output_stream_write(
    wasi_io_streams_borrow_output_stream_t r, wasi_http_list_u8_t *bytes,
    wasi_io_streams_stream_error_t *error) {
  check(OUT, r.__handle);
  CHECK(bytes->len <= permitted);
  permitted = 0;
  touch((char *)bytes->ptr, bytes->len);
  if (next(&script) % 8 != 1) return true;
  some_stream_error(error);
  return false;
}

/* ---- a response */

static size_t answered; /* bytes of the body that were delivered */
static unsigned char byte_of(size_t n) { return (unsigned char)(n * 7); }

bool wasi_http_types_method_future_incoming_response_get(
    wasi_http_types_borrow_future_incoming_response_t r,
    wasi_http_types_result_result_own_incoming_response_error_code_void_t
        *result) {
  check(FUTURE, r.__handle);
  unsigned how = next(&script) % 4;
  if (how == 3) return false;
  memset(result, 0, sizeof *result);
  result->val.ok.is_err = how == 2;
  if (how == 2) {
    some_error(&result->val.ok.val.err);
  } else {
    result->val.ok.val.ok.__handle = made(RESPONSE);
  }
  return true;
}
uint16_t wasi_http_types_method_incoming_response_status(
    wasi_http_types_borrow_incoming_response_t r) {
  static const uint16_t some[] = {200, 301, 302, 303, 307, 308, 404, 999, 0};
  check(RESPONSE, r.__handle);
  return some[next(&script) % (sizeof some / sizeof *some)];
}
wasi_http_types_own_headers_t wasi_http_types_method_incoming_response_headers(
    wasi_http_types_borrow_incoming_response_t r) {
  check(RESPONSE, r.__handle);
  return (wasi_http_types_own_headers_t){made(FIELDS)};
}
void wasi_http_types_method_fields_entries(
    wasi_http_types_borrow_fields_t r,
    wasi_http_types_list_tuple2_field_key_field_value_t *list) {
  static const char *const names[] = {"location", "Location", "x-some", ""};
  check(FIELDS, r.__handle);
  list->len = next(&script) % 4;
  list->ptr = list->len ? calloc(list->len, sizeof *list->ptr) : NULL;
  for (size_t i = 0; i < list->len; i++) {
    const char *name = names[next(&script) % 4];
    list->ptr[i].f0.ptr = (uint8_t *)text_of(name, strlen(name));
    list->ptr[i].f0.len = strlen(name);
    size_t size = next(&script) % 64;
    if (size > script.size) size = script.size;
    list->ptr[i].f1.ptr = (uint8_t *)text_of((char *)script.data, size);
    list->ptr[i].f1.len = size;
    script.data += size;
    script.size -= size;
  }
}
void wasi_http_types_list_tuple2_field_key_field_value_free(
    wasi_http_types_list_tuple2_field_key_field_value_t *list) {
  for (size_t i = 0; i < list->len; i++) {
    free(list->ptr[i].f0.ptr);
    free(list->ptr[i].f1.ptr);
  }
  free(list->ptr);
}
bool wasi_http_types_method_incoming_response_consume(
    wasi_http_types_borrow_incoming_response_t r,
    wasi_http_types_own_incoming_body_t *body) {
  check(RESPONSE, r.__handle);
  if (next(&script) % 16 == 1) return false;
  body->__handle = made(IN_BODY);
  return true;
}
bool wasi_http_types_method_incoming_body_stream(
    wasi_http_types_borrow_incoming_body_t r,
    wasi_http_types_own_input_stream_t *in) {
  check(IN_BODY, r.__handle);
  if (next(&script) % 16 == 1) return false;
  in->__handle = made(IN);
  return true;
}

static unsigned char *place;
void weft__lift_to(void *buffer, size_t size) {
  (void)size;
  place = buffer;
}
void weft__lift_end(void) { place = NULL; }

bool wasi_io_streams_method_input_stream_read(
    wasi_io_streams_borrow_input_stream_t r, uint64_t size,
    wasi_http_list_u8_t *bytes, wasi_io_streams_stream_error_t *error) {
  check(IN, r.__handle);
  unsigned how = next(&script);
  if (how % 8 == 0) { /* at the script's end, too */
    some_stream_error(error);
    return false;
  }
  bytes->len = how / 2 < size ? how / 2 : size;
  bytes->ptr = place;
  for (size_t i = 0; i < bytes->len; i++) place[i] = byte_of(answered++);
  return true;
}

#endif
