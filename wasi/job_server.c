#include "job_server.h"

#include "bindings/wasi_http.h"
#include "error.h"
#include "job.h"
#include "job_wire.h"
#include "task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <wasi/wasip2.h>

enum {
  MOST_DEFAULT = 64 << 20, /* bytes of an input, unless
                              $WEFT_EXECUTOR_MAX_INPUT says it */
  READ_SIZE = 64 * 1024,
  TEXT_SIZE = 256,
};

/* The request that is being answered; one at a time in an instance. */
static struct {
  bool running; /* the job runs: what it prints goes to `out` */
  bool broken;  /* nobody takes the answer any more */
  wasi_http_types_own_outgoing_body_t body;
  streams_own_output_stream_t out;
  weft__call call;
} server;

void weft__job_server_link(void) {}

/* ---- sending */

static bool send(const void *bytes, size_t size) {
  streams_borrow_output_stream_t out = streams_borrow_output_stream(server.out);
  streams_stream_error_t error;
  const uint8_t *next = bytes;
  while (!server.broken && size > 0) {
    uint64_t room;
    if (!streams_method_output_stream_check_write(out, &room, &error)) {
      server.broken = true;
    } else if (!room) {
      poll_own_pollable_t ready = streams_method_output_stream_subscribe(out);
      poll_method_pollable_block(poll_borrow_pollable(ready));
      poll_pollable_drop_own(ready);
    } else {
      wasip2_list_u8_t part = {(uint8_t *)next, size < room ? size : room};
      if (!streams_method_output_stream_write(out, &part, &error)) {
        server.broken = true;
      }
      next += part.len;
      size -= part.len;
    }
  }
  return !server.broken;
}

static void flush(void) {
  streams_stream_error_t error;
  if (server.broken) return;
  server.broken = !streams_method_output_stream_flush(
      streams_borrow_output_stream(server.out), &error);
}

static void send_frame(uint32_t kind, const struct iovec *parts, int count) {
  size_t size = 0;
  for (int i = 0; i < count; i++) size += parts[i].iov_len;
  weft__frame frame = {kind, (uint32_t)size};
  char small[TEXT_SIZE];
  if (sizeof frame + size <= sizeof small) { /* in one piece */
    memcpy(small, &frame, sizeof frame);
    size_t at = sizeof frame;
    for (int i = 0; i < count; at += parts[i++].iov_len) {
      if (parts[i].iov_len)
        memcpy(small + at, parts[i].iov_base, parts[i].iov_len);
    }
    send(small, at);
  } else {
    send(&frame, sizeof frame);
    for (int i = 0; i < count; i++) send(parts[i].iov_base, parts[i].iov_len);
  }
  flush();
}

bool weft__job_server_print(int fd, const struct iovec *parts, int count) {
  if (!server.running) return false;
  send_frame((uint32_t)fd, parts, count); /* the kinds are the descriptors */
  return true;
}

void weft__job_server_look(void) {
  if (!server.running) return;
  send_frame(WEFT__FRAME_ALIVE, NULL, 0);
  weft__task *main = weft__loop.main;
  if (server.broken && !weft__done(&main->future)) {
    main->future.cancel(&main->future);
  }
}

static void finish_body(void) {
  wasi_http_types_error_code_t error;
  streams_output_stream_drop_own(server.out);
  /* Fails only when nobody waits for it any more. */
  (void)wasi_http_types_static_outgoing_body_finish(server.body, NULL, &error);
}

static void send_done(int rc, const char *message, const weft_output *output) {
  weft__frame_done done = {rc, message ? (uint32_t)strlen(message) : 0};
  struct iovec parts[] = {{&done, sizeof done},
                          {(void *)message, done.message_size},
                          {output->data, output->size}};
  send_frame(WEFT__FRAME_DONE, parts, 3);
  finish_body();
}

/* Begins an answer: its body is then open for sending. */
static void answer(wasi_http_types_own_response_outparam_t outparam,
                   uint16_t status) {
  wasi_http_types_own_fields_t headers = wasi_http_types_constructor_fields();
  wasi_http_types_result_own_outgoing_response_error_code_t result = {0};
  result.val.ok = wasi_http_types_constructor_outgoing_response(headers);
  wasi_http_types_borrow_outgoing_response_t response =
      wasi_http_types_borrow_outgoing_response(result.val.ok);
  wasi_http_types_method_outgoing_response_set_status_code(response, status);
  wasi_http_types_method_outgoing_response_body(response, &server.body);
  wasi_http_types_static_response_outparam_set(outparam, &result);
  wasi_http_types_own_output_stream_t out;
  wasi_http_types_method_outgoing_body_write(
      wasi_http_types_borrow_outgoing_body(server.body), &out);
  server.out.__handle = out.__handle;
  server.broken = false;
}

static void refuse(wasi_http_types_own_response_outparam_t outparam,
                   uint16_t status, const char *text) {
  answer(outparam, status);
  send(text, strlen(text));
  send("\n", 1);
  flush();
  finish_body();
}

/* ---- the request */

/* Copies a header field's value; false when there is none, or a long one. */
static bool header(wasi_http_types_borrow_fields_t headers, const char *name,
                   char *text, size_t size) {
  wasi_http_types_field_key_t key = {(uint8_t *)name, strlen(name)};
  wasi_http_types_list_field_value_t values;
  wasi_http_types_method_fields_get(headers, &key, &values);
  bool found = values.len == 1 && values.ptr[0].len < size;
  if (found) {
    memcpy(text, values.ptr[0].ptr, values.ptr[0].len);
    text[values.ptr[0].len] = 0;
  }
  wasi_http_types_list_field_value_free(&values);
  return found;
}

/* Takes the same time wherever the two differ. */
static bool same(const char *a, const char *b) {
  size_t size = strlen(b);
  unsigned char difference = strlen(a) != size;
  for (size_t i = 0; i < size && a[i]; i++) {
    difference |= (unsigned char)(a[i] ^ b[i]);
  }
  return !difference;
}

static bool has_token(wasi_http_types_borrow_fields_t headers) {
  static const char scheme[] = "Bearer ";
  const char *token = getenv("WEFT_EXECUTOR_TOKEN");
  char given[TEXT_SIZE];
  return token && *token &&
         header(headers, "authorization", given, sizeof given) &&
         !strncmp(given, scheme, sizeof scheme - 1) &&
         same(given + sizeof scheme - 1, token);
}

static size_t most_input(void) {
  const char *text = getenv("WEFT_EXECUTOR_MAX_INPUT");
  return text ? strtoul(text, NULL, 10) : MOST_DEFAULT;
}

/* Reads the body into a block of its own: 0, or the status to refuse with. */
static int read_input(wasi_http_types_borrow_incoming_request_t request,
                      size_t most, weft_output *input) {
  wasi_http_types_own_incoming_body_t body;
  wasi_http_types_own_input_stream_t in;
  if (!wasi_http_types_method_incoming_request_consume(request, &body)) {
    return 400;
  }
  if (!wasi_http_types_method_incoming_body_stream(
          wasi_http_types_borrow_incoming_body(body), &in)) {
    return 400;
  }
  streams_own_input_stream_t own = {in.__handle};
  streams_borrow_input_stream_t stream = streams_borrow_input_stream(own);
  size_t room = 0;
  int status = 0;
  for (;;) {
    wasip2_list_u8_t part;
    streams_stream_error_t error;
    if (!streams_method_input_stream_blocking_read(stream, READ_SIZE, &part,
                                                   &error)) {
      break; /* the end; a broken body shows in its size */
    }
    if (input->size + part.len > most) status = 413;
    if (!status && input->size + part.len > room) {
      room = room ? 2 * room : part.len;
      while (room < input->size + part.len) room *= 2;
      void *larger = realloc(input->data, room);
      if (larger)
        input->data = larger;
      else
        status = 413;
    }
    if (!status && part.len) {
      memcpy((char *)input->data + input->size, part.ptr, part.len);
      input->size += part.len;
    }
    wasip2_list_u8_free(&part);
    if (status) break;
  }
  streams_input_stream_drop_own(own);
  wasi_http_types_incoming_body_drop_own(body);
  return status;
}

/* What the request asks for: 0, or the status and text to refuse with. */
static int check(wasi_http_types_borrow_incoming_request_t request,
                 weft__call *call, char *text, size_t size) {
  wasi_http_types_method_t method;
  wasi_http_types_method_incoming_request_method(request, &method);
  bool is_post = method.tag == WASI_HTTP_TYPES_METHOD_POST;
  wasi_http_types_method_free(&method);
  wasi_http_types_own_headers_t own =
      wasi_http_types_method_incoming_request_headers(request);
  wasi_http_types_borrow_fields_t headers = wasi_http_types_borrow_fields(own);
  char build[TEXT_SIZE] = "", items[TEXT_SIZE] = "", length[TEXT_SIZE] = "";
  bool trusted = has_token(headers);
  header(headers, "weft-build", build, sizeof build);
  header(headers, "weft-items", items, sizeof items);
  header(headers, "content-length", length, sizeof length);
  wasi_http_types_fields_drop_own(own);
  if (!is_post) {
    weft__format(text, size, "a job is a POST");
    return 405;
  }
  if (!trusted) {
    const char *token = getenv("WEFT_EXECUTOR_TOKEN");
    weft__format(text, size, "%s",
                 token && *token
                     ? "the token is not the server's WEFT_EXECUTOR_TOKEN"
                     : "the server has no WEFT_EXECUTOR_TOKEN, so it trusts "
                       "nobody");
    return 401;
  }
  if (strcmp(build, weft__build_id()) != 0) {
    weft__format(text, size,
                 "the server runs another build of the program "
                 "(%s, not %s)",
                 weft__build_id(), build);
    return 409;
  }
  wasi_http_string_t path;
  char name[TEXT_SIZE] = "";
  if (wasi_http_types_method_incoming_request_path_with_query(request, &path)) {
    const char *found = NULL;
    size_t prefix = strlen(WEFT__JOB_PATH);
    for (size_t i = 0; i + prefix <= path.len; i++) {
      if (!memcmp(path.ptr + i, WEFT__JOB_PATH, prefix)) {
        found = (char *)path.ptr + i + prefix;
      }
    }
    size_t left = found ? path.len - (size_t)(found - (char *)path.ptr) : 0;
    if (left < sizeof name) memcpy(name, found ? found : "", left);
    wasi_http_string_free(&path);
  }
  call->job = weft__job_named(name);
  if (!call->job) {
    weft__format(text, size, "this program has no job '%s'", name);
    return 404;
  }
  call->items = (uint32_t)strtoul(items, NULL, 10);
  if (strtoull(length, NULL, 10) > most_input()) {
    weft__format(text, size,
                 "the input has %s bytes; at most %z are taken "
                 "(WEFT_EXECUTOR_MAX_INPUT)",
                 length, most_input());
    return 413;
  }
  return 0;
}

/* ---- the job */

/* The job has called exit: the program hears of it. */
static void at_exit(void) {
  if (!server.running) return;
  fflush(NULL);
  server.running = false;
  char text[TEXT_SIZE];
  weft__format(text, sizeof text, "job '%s': it has called exit",
               server.call.job->name);
  send_done(WEFT_EEXIT, text, &(weft_output){0});
}

static void run(void) {
  server.running = true;
  const weft_job *job = server.call.job;
  int rc = weft_run_at(weft__job_run, &server.call, NULL, job->name, job->site);
  fflush(NULL);
  server.running = false;
  const char *message = rc < 0 ? weft_errmsg(rc) : NULL;
  send_done(rc, message, &server.call.output);
  free(server.call.output.data);
}

static void begin_instance(void) {
  static bool begun;
  if (begun) return;
  begun = true;
  extern void __wasm_call_ctors(void);
  __wasm_call_ctors(); /* nobody has: this is not main's way in */
  weft__is_worker = true;
  atexit(at_exit);
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void
weft__job_server_handle(int32_t request_handle, int32_t outparam_handle) {
  begin_instance();
  wasi_http_types_own_incoming_request_t own = {request_handle};
  wasi_http_types_own_response_outparam_t outparam = {outparam_handle};
  wasi_http_types_borrow_incoming_request_t request =
      wasi_http_types_borrow_incoming_request(own);
  char text[TEXT_SIZE] = "";
  server.call = (weft__call){0};
  weft_output input = {0};
  int status = check(request, &server.call, text, sizeof text);
  if (!status) {
    status = read_input(request, most_input(), &input);
    if (status) {
      weft__format(text, sizeof text, "the input is too large, or broken");
    }
  }
  if (status) {
    refuse(outparam, (uint16_t)status, text);
  } else {
    server.call.input = input.data;
    server.call.size = input.size;
    answer(outparam, 200);
    run();
  }
  free(input.data);
  wasi_http_types_incoming_request_drop_own(own);
}
