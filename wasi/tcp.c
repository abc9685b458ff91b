#include "tcp.h"

#include "lift.h"

#include <stdlib.h>
#include <string.h>
#include <weft/error.h>

enum { FIRST_CHUNK = 4096 };

weft__tcp *weft__tcp_new(tcp_own_tcp_socket_t socket,
                         streams_own_input_stream_t in,
                         streams_own_output_stream_t out) {
  weft__tcp *tcp = malloc(sizeof *tcp);
  if (!tcp) {
    streams_input_stream_drop_own(in);
    streams_output_stream_drop_own(out);
    tcp_tcp_socket_drop_own(socket);
    return NULL;
  }
  *tcp =
      (weft__tcp){.socket = socket, .in = in, .out = out, .chunk = FIRST_CHUNK};
  weft__node_init(&tcp->input.node);
  weft__node_init(&tcp->output.node);
  return tcp;
}

static void destroy(weft__tcp *tcp) {
  weft__tcp_forget_input(tcp);
  weft__tcp_forget_output(tcp);
  if (tcp->in_ready.__handle) poll_pollable_drop_own(tcp->in_ready);
  if (tcp->out_ready.__handle) poll_pollable_drop_own(tcp->out_ready);
  streams_input_stream_drop_own(tcp->in);
  streams_output_stream_drop_own(tcp->out);
  tcp_tcp_socket_drop_own(tcp->socket);
  free(tcp);
}

/* ---- reading */

int weft__tcp_read(weft__tcp *tcp, char *place, size_t size) {
  wasip2_list_u8_t bytes;
  streams_stream_error_t error;
  weft__lift_to(place, size);
  bool ok = streams_method_input_stream_read(
      streams_borrow_input_stream(tcp->in), size, &bytes, &error);
  weft__lift_end();
  if (ok) return (int)bytes.len;
  if (error.tag == STREAMS_STREAM_ERROR_CLOSED) return WEFT__TCP_END;
  streams_stream_error_free(&error);
  return WEFT__TCP_BROKEN;
}

int weft__tcp_await_input(weft__tcp *tcp) {
  if (tcp->in_watch.place) return 0;
  if (!tcp->in_ready.__handle) {
    tcp->in_ready = streams_method_input_stream_subscribe(
        streams_borrow_input_stream(tcp->in));
  }
  return weft__poll_watch(&tcp->in_watch, tcp->in_ready, &tcp->input);
}

void weft__tcp_forget_input(weft__tcp *tcp) {
  weft__poll_unwatch(&tcp->in_watch);
  weft__list_remove(&tcp->input.node);
}

/* ---- writing */

int weft__tcp_permit(weft__tcp *tcp) {
  uint64_t permit;
  streams_stream_error_t error;
  if (streams_method_output_stream_check_write(
          streams_borrow_output_stream(tcp->out), &permit, &error)) {
    return permit < INT32_MAX ? (int)permit : INT32_MAX;
  }
  streams_stream_error_free(&error);
  return -1;
}

bool weft__tcp_write(weft__tcp *tcp, const char *bytes, size_t size) {
  wasip2_list_u8_t list = {(uint8_t *)bytes, size};
  streams_stream_error_t error;
  if (streams_method_output_stream_write(streams_borrow_output_stream(tcp->out),
                                         &list, &error)) {
    return true;
  }
  streams_stream_error_free(&error);
  return false;
}

int weft__tcp_await_output(weft__tcp *tcp) {
  if (tcp->out_watch.place) return 0;
  if (!tcp->out_ready.__handle) {
    tcp->out_ready = streams_method_output_stream_subscribe(
        streams_borrow_output_stream(tcp->out));
  }
  return weft__poll_watch(&tcp->out_watch, tcp->out_ready, &tcp->output);
}

void weft__tcp_forget_output(weft__tcp *tcp) {
  weft__poll_unwatch(&tcp->out_watch);
  weft__list_remove(&tcp->output.node);
}

void weft__tcp_end_output(weft__tcp *tcp) {
  tcp_error_code_t ignored; /* it is broken: reading will tell */
  tcp_method_tcp_socket_shutdown(tcp_borrow_tcp_socket(tcp->socket),
                                 TCP_SHUTDOWN_TYPE_SEND, &ignored);
}

/* ---- the end */

/* Nobody's connection can write again: all is sent, or it is broken. */
static void on_sent(weft__handle *handle) {
  weft__tcp *tcp = weft__container(handle, weft__tcp, output);
  if (weft__tcp_permit(tcp) == 0 && weft__tcp_await_output(tcp) == 0) return;
  destroy(tcp);
}

void weft__tcp_drop(weft__tcp *tcp) {
  tcp->stream = NULL;
  weft__tcp_forget_input(tcp);
  if (weft__tcp_permit(tcp) == 0) {
    weft__list_remove(&tcp->output.node);
    tcp->output.run = on_sent;
    if (weft__tcp_await_output(tcp) == 0) return;
  }
  destroy(tcp);
}

/* ---- what is known of it */

int weft__tcp_info(weft__tcp *tcp, const char *name, char *text, size_t size) {
  weft__address address;
  tcp_error_code_t error;
  tcp_borrow_tcp_socket_t socket = tcp_borrow_tcp_socket(tcp->socket);
  bool known = false;
  if (!strcmp(name, "peername")) {
    known = tcp_method_tcp_socket_remote_address(socket, &address, &error);
  } else if (!strcmp(name, "sockname")) {
    known = tcp_method_tcp_socket_local_address(socket, &address, &error);
  }
  return known ? weft__address_format(&address, text, size) : -1;
}
