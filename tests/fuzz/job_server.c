/*
 * The endpoint for jobs on WASI, natively: wasi/job_server under a wasi:http
 * that is made up. Whatever is asked, in whatever pieces the body comes, and
 * whichever allocation fails: there is one answer, 200 only for who has the
 * token, with whole frames of which the last says how the job has ended; each
 * of the host's resources is dropped once; and nothing leaks.
 *
 * The input: which allocation fails (0: none); what is asked (bits: see below);
 * the job's path, token, build and number of items where these are not the good
 * ones; then what comes of the body, and whether the answer is taken.
 */
#include "allocator.h"
#include "fuzz.h"

#define export_name(name) unused /* a native compiler knows no exports */
#include "../../wasi/job_server.c"

#undef malloc
#undef calloc

enum { NO_POST = 1, PATH = 2, TOKEN = 4, BUILD = 8, ITEMS = 16, LENGTH = 32 };

static input in;
static unsigned asked;
static char answer_bytes[1 << 16];
static size_t answer_size, body_size;
static int status, answers, alive;
static bool trusted;

/* ---- the jobs */

typedef struct pair {
  int32_t a, b;
} pair;

static int typed(const pair *from, pair *to) {
  *to = *from;
  struct iovec part = {"typed\n", 6};
  CHECK(weft__job_server_print(1, &part, 1));
  return from->a < 0 ? WEFT_EPROTO : 0;
}
WEFT_JOB(typed, pair, pair);

static int bytes(const void *data, size_t size, weft_output *out) {
  touch(data, size);
  weft__job_server_look();
  out->data = malloc(size ? size : 1);
  CHECK(out->data);
  if (size) memcpy(out->data, data, size);
  out->size = size;
  return 0;
}
WEFT_JOB_BYTES(bytes);

void __wasm_call_ctors(void);
void __wasm_call_ctors(void) {}

/* ---- the request */

/* So many bytes as the script says, of the script, in a block of their own. */
static uint8_t *some_bytes(size_t *size) {
  *size = next(&in) % 80;
  if (*size > in.size) *size = in.size;
  uint8_t *copy = malloc(*size ? *size : 1);
  CHECK(copy);
  if (*size) memcpy(copy, in.data, *size);
  in.data += *size;
  in.size -= *size;
  return copy;
}

static uint8_t *text_bytes(const char *text, size_t *size) {
  *size = strlen(text);
  uint8_t *copy = malloc(*size + 1);
  CHECK(copy);
  memcpy(copy, text, *size);
  return copy;
}

void wasi_http_types_method_incoming_request_method(
    wasi_http_types_borrow_incoming_request_t r, wasi_http_types_method_t *m) {
  (void)r;
  *m = (wasi_http_types_method_t){.tag = asked & NO_POST
                                             ? WASI_HTTP_TYPES_METHOD_GET
                                             : WASI_HTTP_TYPES_METHOD_POST};
}
void wasi_http_types_method_free(wasi_http_types_method_t *m) { (void)m; }
wasi_http_types_own_headers_t wasi_http_types_method_incoming_request_headers(
    wasi_http_types_borrow_incoming_request_t r) {
  (void)r;
  alive++;
  return (wasi_http_types_own_headers_t){1};
}

void wasi_http_types_method_fields_get(
    wasi_http_types_borrow_fields_t r, wasi_http_types_field_key_t *name,
    wasi_http_types_list_field_value_t *list) {
  static const struct {
    const char *name, *good;
    unsigned bad;
  } known[] = {{"authorization", "Bearer token", TOKEN},
               {"weft-build", NULL, BUILD},
               {"weft-items", "0", ITEMS},
               {"content-length", "5", LENGTH}};
  (void)r;
  list->len = 1;
  list->ptr = calloc(1, sizeof *list->ptr);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (name->len != strlen(known[i].name) ||
        memcmp(name->ptr, known[i].name, name->len) != 0) {
      continue;
    }
    const char *good = known[i].good ? known[i].good : weft__build_id();
    list->ptr->ptr = asked & known[i].bad ? some_bytes(&list->ptr->len)
                                          : text_bytes(good, &list->ptr->len);
    if (!i) {
      trusted = list->ptr->len == strlen(known[i].good) &&
                !memcmp(list->ptr->ptr, known[i].good, list->ptr->len);
    }
    return;
  }
  abort(); /* nobody asks for another one */
}
void wasi_http_types_list_field_value_free(
    wasi_http_types_list_field_value_t *list) {
  for (size_t i = 0; i < list->len; i++) free(list->ptr[i].ptr);
  free(list->ptr);
}

bool wasi_http_types_method_incoming_request_path_with_query(
    wasi_http_types_borrow_incoming_request_t r, wasi_http_string_t *path) {
  (void)r;
  path->ptr = asked & PATH ? some_bytes(&path->len)
              : asked & 64 ? text_bytes("/a/weft/job/typed", &path->len)
                           : text_bytes("/weft/job/bytes", &path->len);
  return true;
}
void wasi_http_string_free(wasi_http_string_t *text) { free(text->ptr); }

bool wasi_http_types_method_incoming_request_consume(
    wasi_http_types_borrow_incoming_request_t r,
    wasi_http_types_own_incoming_body_t *body) {
  (void)r;
  if (next(&in) % 16 == 1) return false;
  alive++;
  body->__handle = 1;
  return true;
}
bool wasi_http_types_method_incoming_body_stream(
    wasi_http_types_borrow_incoming_body_t r,
    wasi_http_types_own_input_stream_t *stream) {
  (void)r;
  alive++;
  stream->__handle = 1;
  return true;
}
bool streams_method_input_stream_blocking_read(streams_borrow_input_stream_t r,
                                               uint64_t size,
                                               wasip2_list_u8_t *part,
                                               streams_stream_error_t *error) {
  (void)r, (void)size;
  error->tag = STREAMS_STREAM_ERROR_CLOSED;
  if (!in.size) return false;
  part->ptr = some_bytes(&part->len);
  body_size += part->len;
  return true;
}
void wasip2_list_u8_free(wasip2_list_u8_t *list) { free(list->ptr); }

/* ---- the answer */

wasi_http_types_own_fields_t wasi_http_types_constructor_fields(void) {
  return (wasi_http_types_own_fields_t){1};
}
wasi_http_types_own_outgoing_response_t
wasi_http_types_constructor_outgoing_response(wasi_http_types_own_headers_t h) {
  (void)h;
  return (wasi_http_types_own_outgoing_response_t){1};
}
bool wasi_http_types_method_outgoing_response_set_status_code(
    wasi_http_types_borrow_outgoing_response_t r,
    wasi_http_types_status_code_t code) {
  (void)r;
  status = code;
  return true;
}
bool wasi_http_types_method_outgoing_response_body(
    wasi_http_types_borrow_outgoing_response_t r,
    wasi_http_types_own_outgoing_body_t *body) {
  (void)r;
  alive++;
  body->__handle = 1;
  return true;
}
void wasi_http_types_static_response_outparam_set(
    wasi_http_types_own_response_outparam_t r,
    wasi_http_types_result_own_outgoing_response_error_code_t *response) {
  (void)r;
  CHECK(!response->is_err);
  answers++;
}
bool wasi_http_types_method_outgoing_body_write(
    wasi_http_types_borrow_outgoing_body_t r,
    wasi_http_types_own_output_stream_t *out) {
  (void)r;
  alive++;
  out->__handle = 1;
  return true;
}
bool wasi_http_types_static_outgoing_body_finish(
    wasi_http_types_own_outgoing_body_t r, wasi_http_types_own_trailers_t *t,
    wasi_http_types_error_code_t *error) {
  (void)r, (void)t, (void)error;
  alive--;
  return true;
}

static bool taken; /* nothing of the answer was refused */

static bool take(void) {
  if (taken && next(&in) % 32 == 1) taken = false;
  return taken;
}
bool streams_method_output_stream_check_write(streams_borrow_output_stream_t r,
                                              uint64_t *room,
                                              streams_stream_error_t *error) {
  (void)r;
  error->tag = STREAMS_STREAM_ERROR_CLOSED;
  *room = in.size ? next(&in) : 4096;
  return take();
}
bool streams_method_output_stream_write(streams_borrow_output_stream_t r,
                                        wasip2_list_u8_t *part,
                                        streams_stream_error_t *error) {
  (void)r;
  error->tag = STREAMS_STREAM_ERROR_CLOSED;
  touch((char *)part->ptr, part->len);
  if (answer_size + part->len <= sizeof answer_bytes) {
    memcpy(answer_bytes + answer_size, part->ptr, part->len);
    answer_size += part->len;
  }
  return take();
}
bool streams_method_output_stream_flush(streams_borrow_output_stream_t r,
                                        streams_stream_error_t *error) {
  (void)r;
  error->tag = STREAMS_STREAM_ERROR_CLOSED;
  return take();
}
streams_own_pollable_t
streams_method_output_stream_subscribe(streams_borrow_output_stream_t r) {
  (void)r;
  alive++;
  return (streams_own_pollable_t){1};
}
void poll_method_pollable_block(poll_borrow_pollable_t r) { (void)r; }

#define DROPS(name, type)                                                      \
  void name(type r) {                                                          \
    CHECK(r.__handle == 1);                                                    \
    alive--;                                                                   \
  }
DROPS(poll_pollable_drop_own, poll_own_pollable_t)
DROPS(streams_input_stream_drop_own, streams_own_input_stream_t)
DROPS(streams_output_stream_drop_own, streams_own_output_stream_t)
DROPS(wasi_http_types_fields_drop_own, wasi_http_types_own_fields_t)
DROPS(wasi_http_types_incoming_body_drop_own,
      wasi_http_types_own_incoming_body_t)
DROPS(wasi_http_types_incoming_request_drop_own,
      wasi_http_types_own_incoming_request_t)

#define BORROWS(name, own, borrow)                                             \
  borrow name(own r) { return (borrow){r.__handle}; }
BORROWS(poll_borrow_pollable, poll_own_pollable_t, poll_borrow_pollable_t)
BORROWS(streams_borrow_input_stream, streams_own_input_stream_t,
        streams_borrow_input_stream_t)
BORROWS(streams_borrow_output_stream, streams_own_output_stream_t,
        streams_borrow_output_stream_t)
BORROWS(wasi_http_types_borrow_fields, wasi_http_types_own_fields_t,
        wasi_http_types_borrow_fields_t)
BORROWS(wasi_http_types_borrow_incoming_body,
        wasi_http_types_own_incoming_body_t,
        wasi_http_types_borrow_incoming_body_t)
BORROWS(wasi_http_types_borrow_incoming_request,
        wasi_http_types_own_incoming_request_t,
        wasi_http_types_borrow_incoming_request_t)
BORROWS(wasi_http_types_borrow_outgoing_body,
        wasi_http_types_own_outgoing_body_t,
        wasi_http_types_borrow_outgoing_body_t)
BORROWS(wasi_http_types_borrow_outgoing_response,
        wasi_http_types_own_outgoing_response_t,
        wasi_http_types_borrow_outgoing_response_t)

/* ---- what holds */

/* Whole frames, the last of which tells the job's end. */
static void check_frames(void) {
  weft__frame frame = {0};
  size_t at = 0;
  while (at < answer_size) {
    CHECK(frame.kind != WEFT__FRAME_DONE && answer_size - at >= sizeof frame);
    memcpy(&frame, answer_bytes + at, sizeof frame);
    CHECK(frame.kind >= 1 && frame.kind <= WEFT__FRAME_DONE);
    at += sizeof frame;
    CHECK(frame.size <= answer_size - at);
    at += frame.size;
  }
  CHECK(frame.kind == WEFT__FRAME_DONE);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  in = (input){data, size};
  setenv("WEFT_EXECUTOR_TOKEN", "token", 1);
  setenv("WEFT_EXECUTOR_MAX_INPUT", "1000", 1);
  unsigned fails = next(&in);
  asked = next(&in);
  answer_size = body_size = 0;
  status = answers = 0;
  taken = true;
  alive = 1; /* the request */
  test_fail_allocation(fails % 128, fails >= 128);
  weft__job_server_handle(1, 1);
  test_fail_allocation(0, false);
  CHECK(answers == 1 && alive == 0);
  CHECK(status == 200 || status >= 400);
  if (status == 200) {
    CHECK(trusted && !(asked & NO_POST) && body_size <= 1000);
  }
  if (status == 200 && taken && answer_size < sizeof answer_bytes) {
    check_frames();
  }
  return 0;
}
