/*
 * A wasi:http that is made up, for fetch.c: what a call answers is what the
 * script says, and all goes well once that is used up.
 */
#ifndef WEFT_TESTS_FUZZ_HTTP_HOST_H
#define WEFT_TESTS_FUZZ_HTTP_HOST_H

#include "http_resources.h"
#include "lift.h"

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
