/*
 * HTTP requests over wasi:http's outgoing-handler: host_fetch.h. A program
 * that makes some needs a host that has it (wasmtime run -S http).
 *
 * A request is sent, its body pumped out, its response awaited, and if that is
 * a redirect the next request is sent. Then the stream is open and its bytes
 * are the response's body.
 */
#include "fetch.h"

#include "error.h"
#include "lift.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  MOST_REDIRECTS = 20,
  CHUNK = 16 * 1024,
  READ_ROUND = 256 * 1024, /* bytes, then the others have their turn */
};

/* ---- the end */

/* What belongs to one request and its response; a redirect makes others. */
static void drop_exchange(weft__fetch *f) {
  weft__fetch_end_body_early(f);
  weft__poll_unwatch(&f->in_watch);
  weft__list_remove(&f->input.node);
  DROP(f->in_ready, poll_pollable_drop_own);
  DROP(f->in, wasi_io_streams_input_stream_drop_own);
  DROP(f->in_body, wasi_http_types_incoming_body_drop_own);
  DROP(f->response, wasi_http_types_incoming_response_drop_own);
  DROP(f->future, wasi_http_types_future_incoming_response_drop_own);
  if (f->fields.ptr) {
    wasi_http_types_list_tuple2_field_key_field_value_free(&f->fields);
  }
  f->fields = (weft__fields){0};
}

static void fetch_free(weft__fetch *f) {
  drop_exchange(f);
  weft__url_free(&f->url);
  free(f->method);
  free(f->headers);
  free(f->body);
  free(f);
}

static void lose(weft__fetch *f, int code, const char *text) {
  weft__stream *s = f->stream;
  fetch_free(f);
  weft__stream_lost(s, code, text);
}

static void lose_by(weft__fetch *f, wasi_http_types_error_code_t *error) {
  char text[300];
  int code = weft__http_error(error, f->url.text, text, sizeof text);
  lose(f, code, text);
}

/* ---- sending */

/* Sends the request; what fails later is told by the response. */
static int send_request(weft__fetch *f) {
  wasi_http_types_own_outgoing_request_t request;
  bool sized = f->body != NULL;
  int rc = weft__http_request(
      &request, &f->url, f->method, f->headers, f->header_count, f->trusted,
      sized ? f->body_size : (size_t)WEFT__HTTP_ANY_SIZE);
  if (rc < 0) return rc;
  rc = weft__fetch_start_body(f,
                              wasi_http_types_borrow_outgoing_request(request));
  if (rc < 0) {
    wasi_http_types_outgoing_request_drop_own(request);
    return rc;
  }
  wasi_http_types_error_code_t error;
  if (!wasi_http_outgoing_handler_handle(request, NULL, &f->future, &error)) {
    char text[300];
    rc = weft__http_error(&error, f->url.text, text, sizeof text);
    return weft__fail(rc, "%s", text);
  }
  f->in_ready.__handle =
      wasi_http_types_method_future_incoming_response_subscribe(
          wasi_http_types_borrow_future_incoming_response(f->future))
          .__handle;
  weft__fetch_await(&f->in_watch, f->in_ready, &f->input);
  f->sent = 0;
  if (f->out.__handle && !f->streamed) weft__fetch_soon(&f->output);
  return 0;
}

/* ---- the response */

static bool is_named(const wasi_http_types_field_key_t *key, const char *name) {
  return key->len == strlen(name) &&
         !strncasecmp((const char *)key->ptr, name, key->len);
}

/* The values of a header, joined by ", ", into text; the whole length or -1. */
static int header(const weft__fetch *f, const char *name, char *text,
                  size_t size) {
  int length = -1;
  for (size_t i = 0; i < f->fields.len; i++) {
    if (!is_named(&f->fields.ptr[i].f0, name)) continue;
    const wasi_http_types_field_value_t *value = &f->fields.ptr[i].f1;
    const char *pieces[] = {length < 0 ? "" : ", ", (const char *)value->ptr};
    size_t sizes[] = {length < 0 ? 0 : 2, value->len};
    if (length < 0) length = 0;
    for (int p = 0; p < 2; p++) {
      for (size_t k = 0; k < sizes[p]; k++, length++) {
        if ((size_t)length + 1 < size) text[length] = pieces[p][k];
      }
    }
  }
  if (length >= 0 && size) {
    text[(size_t)length < size ? (size_t)length : size - 1] = 0;
  }
  return length;
}

/* Goes to where a redirect leads: 0, or 1 when the response is none. */
static int redirect(weft__fetch *f) {
  bool moved = f->status == 301 || f->status == 302 || f->status == 303;
  if ((!moved && f->status != 307 && f->status != 308) || f->no_redirects) {
    return 1;
  }
  int length = header(f, "location", NULL, 0);
  if (length < 0) return 1;
  if (f->redirects++ == MOST_REDIRECTS) {
    return weft__fail(WEFT_EPROTO, "%s: too many redirects", f->url.text);
  }
  bool get = !strcmp(f->method, "GET") || !strcmp(f->method, "HEAD");
  bool drop_body =
      f->status == 303 ? !get : moved && !strcmp(f->method, "POST");
  if (f->streamed && !drop_body) {
    return weft__fail(WEFT_EPROTO,
                      "%s: a redirect asks for the body again, which was a "
                      "stream",
                      f->url.text);
  }
  char *location = malloc((size_t)length + 1);
  if (!location) return weft__fail(WEFT_ENOMEM, "no memory for a redirect");
  header(f, "location", location, (size_t)length + 1);
  weft__url url;
  int rc = weft__url_join(&url, &f->url, location);
  free(location);
  if (rc < 0) return rc;
  if (!weft__url_same_origin(&url, &f->url)) f->trusted = false;
  weft__url_free(&f->url);
  f->url = url;
  if (drop_body) {
    free(f->method);
    f->method = strdup("GET");
    if (!f->method) return weft__fail(WEFT_ENOMEM, "no memory for a redirect");
    free(f->body);
    f->body = NULL;
    f->streamed = false;
  }
  drop_exchange(f);
  return send_request(f);
}

static bool open_body(weft__fetch *f) {
  if (!wasi_http_types_method_incoming_response_consume(
          wasi_http_types_borrow_incoming_response(f->response), &f->in_body) ||
      !wasi_http_types_method_incoming_body_stream(
          wasi_http_types_borrow_incoming_body(f->in_body), &f->in)) {
    return false;
  }
  f->in_ready.__handle = wasi_io_streams_method_input_stream_subscribe(
                             wasi_io_streams_borrow_input_stream(f->in))
                             .__handle;
  return true;
}

static void take_response(weft__fetch *f) {
  wasi_http_types_result_result_own_incoming_response_error_code_void_t result;
  if (!wasi_http_types_method_future_incoming_response_get(
          wasi_http_types_borrow_future_incoming_response(f->future),
          &result)) {
    weft__fetch_await(&f->in_watch, f->in_ready, &f->input);
    return;
  }
  if (result.val.ok.is_err) {
    lose_by(f, &result.val.ok.val.err);
    return;
  }
  f->response = result.val.ok.val.ok;
  DROP(f->in_ready, poll_pollable_drop_own);
  DROP(f->future, wasi_http_types_future_incoming_response_drop_own);
  wasi_http_types_borrow_incoming_response_t response =
      wasi_http_types_borrow_incoming_response(f->response);
  f->status = wasi_http_types_method_incoming_response_status(response);
  wasi_http_types_own_headers_t headers =
      wasi_http_types_method_incoming_response_headers(response);
  wasi_http_types_method_fields_entries(wasi_http_types_borrow_fields(headers),
                                        &f->fields);
  wasi_http_types_fields_drop_own(headers);
  int rc = redirect(f);
  if (rc < 0) {
    lose(f, rc, weft_errmsg(rc));
  } else if (rc > 0) {
    if (open_body(f)) {
      weft__stream_opened(f->stream);
    } else {
      lose(f, WEFT_EIO, "the response has no body");
    }
  }
}

/* The body ends here, in good order or not. */
static void end_input(weft__fetch *f, wasi_io_streams_stream_error_t *error) {
  f->reading = false;
  if (error->tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED) {
    weft__stream_ended(f->stream);
    return;
  }
  wasi_http_types_error_code_t code;
  bool known = wasi_http_types_http_error_code(
      wasi_io_error_borrow_error(error->val.last_operation_failed), &code);
  wasi_io_streams_stream_error_free(error);
  if (known) {
    lose_by(f, &code);
  } else {
    lose(f, WEFT_ECONNRESET, NULL);
  }
}

static void read_body(weft__fetch *f) {
  for (size_t round = 0; f->reading && round < READ_ROUND;) {
    size_t size;
    char *place =
        weft__stream_room(f->stream, f->stream->direct ? 1 : CHUNK, &size);
    if (!place) return; /* the stream was given up */
    wasi_http_list_u8_t bytes;
    wasi_io_streams_stream_error_t error;
    weft__lift_to(place, size);
    bool ok = wasi_io_streams_method_input_stream_read(
        wasi_io_streams_borrow_input_stream(f->in), size, &bytes, &error);
    weft__lift_end();
    if (!ok) {
      end_input(f, &error);
      return;
    }
    if (!bytes.len) break;
    weft__stream_arrived(f->stream, bytes.len);
    round += bytes.len;
  }
  if (f->reading) weft__fetch_await(&f->in_watch, f->in_ready, &f->input);
}

static void on_input(weft__handle *handle) {
  weft__fetch *f = weft__container(handle, weft__fetch, input);
  if (f->closing) {
    lose(f, 0, NULL);
  } else if (f->future.__handle) {
    take_response(f);
  } else {
    read_body(f);
  }
}

/* ---- what the stream can do */

static void read_op(weft__stream *s, bool on) {
  weft__fetch *f = weft__fetch_of(s);
  f->reading = on;
  if (on) {
    weft__fetch_await(&f->in_watch, f->in_ready, &f->input);
  } else {
    weft__poll_unwatch(&f->in_watch);
    weft__list_remove(&f->input.node);
  }
}

static void close_op(weft__stream *s) {
  weft__fetch *f = weft__fetch_of(s);
  f->reading = false;
  f->closing = true;
  weft__poll_unwatch(&f->in_watch);
  weft__fetch_soon(&f->input);
}

static void abort_op(weft__stream *s) { fetch_free(weft__fetch_of(s)); }

static int info_op(weft__stream *s, const char *name, char *text, size_t size) {
  const weft__fetch *f = weft__fetch_of(s);
  if (!strncmp(name, "header:", 7)) return header(f, name + 7, text, size);
  char status[12];
  const char *value = NULL;
  if (!strcmp(name, "status") && f->status) {
    value = weft__format(status, sizeof status, "%d", f->status);
  } else if (!strcmp(name, "url")) {
    value = f->url.text;
  }
  if (!value) return -1;
  if (size) weft__format(text, size, "%s", value);
  return (int)strlen(value);
}

static const weft__stream_ops ops = {.read = read_op,
                                     .write = weft__fetch_write,
                                     .shutdown = weft__fetch_shutdown,
                                     .close = close_op,
                                     .abort = abort_op,
                                     .info = info_op};

/* ---- the beginning */

static bool copy_headers(weft__fetch *f, const weft_fetch_options *o) {
  size_t size = o->header_count * sizeof *f->headers + 1;
  for (size_t i = 0; i < o->header_count; i++) {
    size += strlen(o->headers[i].name) + strlen(o->headers[i].value) + 2;
  }
  f->headers = malloc(size);
  if (!f->headers) return false;
  char *text = (char *)(f->headers + o->header_count);
  for (size_t i = 0; i < o->header_count; i++) {
    f->headers[i].name = strcpy(text, o->headers[i].name);
    text += strlen(text) + 1;
    f->headers[i].value = strcpy(text, o->headers[i].value);
    text += strlen(text) + 1;
  }
  f->header_count = o->header_count;
  return true;
}

static bool copy_options(weft__fetch *f, const weft_fetch_options *o) {
  bool body = o->body || o->body_stream;
  f->method = strdup(o->method ? o->method : body ? "POST" : "GET");
  if (!f->method || !copy_headers(f, o)) return false;
  f->streamed = o->body_stream != NULL;
  f->no_redirects = o->no_redirects;
  if (o->body && !f->streamed) {
    f->body = malloc(o->body_size + 1);
    if (!f->body) return false;
    memcpy(f->body, o->body, o->body_size);
    f->body_size = o->body_size;
  }
  return true;
}

int weft__host_fetch(weft__stream *s, const char *url,
                     const weft_fetch_options *options) {
  weft__fetch *f = calloc(1, sizeof *f);
  if (!f) return weft__fail(WEFT_ENOMEM, "no memory for a request");
  f->stream = s;
  f->trusted = true;
  f->input.run = on_input;
  f->output.run = weft__fetch_on_output;
  weft__node_init(&f->input.node);
  weft__node_init(&f->output.node);
  int rc = weft__url_parse(&f->url, url);
  if (rc == 0 && !copy_options(f, options)) {
    rc = weft__fail(WEFT_ENOMEM, "no memory for a request");
  }
  if (rc == 0) rc = send_request(f);
  if (rc < 0) {
    fetch_free(f);
    return rc;
  }
  s->host = (intptr_t)f;
  s->ops = &ops;
  return 0;
}
