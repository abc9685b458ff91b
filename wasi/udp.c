/*
 * UDP over wasi:sockets: host_udp.h.
 *
 * A datagram to an address goes out at once when the host takes it. One to a
 * name, or while the host takes none, waits in a queue; a name's look-up holds
 * only its own datagram up.
 */
#include "error.h"
#include "host_udp.h"
#include "resolve.h"
#include "stream.h"

#include <stdlib.h>
#include <string.h>

enum { ROUND = 16 }; /* datagrams to receive at once */

typedef struct udp {
  weft__stream *stream;
  weft__resolver resolver; /* of the local address */
  network_ip_address_family_t family;
  udp_own_udp_socket_t socket; /* this and the next: handle 0 before it opens */
  udp_own_incoming_datagram_stream_t in;
  udp_own_outgoing_datagram_stream_t out;
  poll_own_pollable_t in_ready, out_ready;
  weft__watch in_watch, out_watch;
  weft__handle input, output;
  weft__list queue; /* of queued */
  bool reading, closing;
} udp;

/* A datagram that waits to be sent. */
typedef struct queued {
  weft__node node;
  udp *owner;
  weft__resolver resolver; /* of a name; done first */
  bool resolved;
  bool lost; /* it goes nowhere */
  weft__address address;
  size_t size;
  uint8_t data[];
} queued;

static udp *udp_of(weft__stream *s) { return (udp *)s->host; }

/* ---- the end */

static void queued_free(queued *q) {
  weft__list_remove(&q->node);
  weft__resolve_end(&q->resolver);
  free(q);
}

static void udp_free(udp *u) {
  for (weft__node *n; (n = weft__list_first(&u->queue));) {
    queued_free(weft__container(n, queued, node));
  }
  weft__resolve_end(&u->resolver);
  weft__poll_unwatch(&u->in_watch);
  weft__poll_unwatch(&u->out_watch);
  weft__list_remove(&u->input.node);
  weft__list_remove(&u->output.node);
  if (u->in_ready.__handle) poll_pollable_drop_own(u->in_ready);
  if (u->out_ready.__handle) poll_pollable_drop_own(u->out_ready);
  if (u->in.__handle) udp_incoming_datagram_stream_drop_own(u->in);
  if (u->out.__handle) udp_outgoing_datagram_stream_drop_own(u->out);
  if (u->socket.__handle) udp_udp_socket_drop_own(u->socket);
  free(u);
}

static void lose(udp *u, int code, const char *text) {
  weft__stream *s = u->stream;
  char copy[200];
  if (text) text = weft__format(copy, sizeof copy, "%s", text);
  udp_free(u);
  weft__stream_lost(s, code, text);
}

static void soon(weft__handle *handle) {
  if (handle->node.next == &handle->node) weft__ready(handle);
}

static void await(weft__watch *watch, poll_own_pollable_t ready,
                  weft__handle *handle) {
  if (watch->place) return;
  if (weft__poll_watch(watch, ready, handle) < 0) soon(handle);
}

/* A handle is awaited or ready, never both: it would be made ready twice. */
static void output_soon(udp *u) {
  weft__poll_unwatch(&u->out_watch);
  soon(&u->output);
}

/* ---- receiving */

/* False: the stream was given up. */
static bool deliver(udp *u, const udp_incoming_datagram_t *datagram) {
  weft__datagram_head head = {.size = (uint32_t)datagram->data.len};
  head.port = (uint16_t)weft__address_port(&datagram->remote_address);
  weft__address_format_host(&datagram->remote_address, head.host,
                            sizeof head.host);
  size_t whole = sizeof head + datagram->data.len, size;
  char *place = weft__stream_room(u->stream, whole, &size);
  if (!place) return false;
  memcpy(place, &head, sizeof head);
  memcpy(place + sizeof head, datagram->data.ptr, datagram->data.len);
  weft__stream_arrived(u->stream, whole);
  return true;
}

static void on_input(weft__handle *handle) {
  udp *u = weft__container(handle, udp, input);
  udp_list_incoming_datagram_t list;
  network_error_code_t ignored; /* of a datagram sent before: it is lost */
  if (udp_method_incoming_datagram_stream_receive(
          udp_borrow_incoming_datagram_stream(u->in), ROUND, &list, &ignored)) {
    bool open = true;
    for (size_t i = 0; open && i < list.len; i++) {
      open = deliver(u, &list.ptr[i]);
    }
    udp_list_incoming_datagram_free(&list);
    if (!open) return;
  }
  if (u->reading) await(&u->in_watch, u->in_ready, &u->input);
}

static void read_op(weft__stream *s, bool on) {
  udp *u = udp_of(s);
  u->reading = on;
  if (on) {
    await(&u->in_watch, u->in_ready, &u->input);
  } else {
    weft__poll_unwatch(&u->in_watch);
    weft__list_remove(&u->input.node);
  }
}

/* ---- sending */

/* False: the host takes none now. One that it refuses is lost. */
static bool send_now(udp *u, const weft__address *address, const void *data,
                     size_t size) {
  if (weft__address_family(address) != u->family) return true;
  udp_borrow_outgoing_datagram_stream_t out =
      udp_borrow_outgoing_datagram_stream(u->out);
  uint64_t permit, sent;
  network_error_code_t ignored;
  if (!udp_method_outgoing_datagram_stream_check_send(out, &permit, &ignored)) {
    return true;
  }
  if (permit == 0) return false;
  udp_outgoing_datagram_t datagram = {
      .data = {(uint8_t *)data, size},
      .remote_address = {.is_some = true, .val = *address}};
  udp_list_outgoing_datagram_t list = {&datagram, 1};
  return !udp_method_outgoing_datagram_stream_send(out, &list, &sent,
                                                   &ignored) ||
         sent > 0;
}

/* Sends what can be sent; the rest waits for the host, or for its name. */
static void send_queue(udp *u) {
  weft__node *next;
  size_t before = u->stream->in_flight;
  for (weft__node *n = weft__list_first(&u->queue); n; n = next) {
    next = weft__list_next(&u->queue, n);
    queued *q = weft__container(n, queued, node);
    if (!q->resolved) continue;
    if (!q->lost && !send_now(u, &q->address, q->data, q->size)) {
      await(&u->out_watch, u->out_ready, &u->output);
      break;
    }
    u->stream->in_flight -= q->size;
    queued_free(q);
  }
  if (u->closing && weft__list_empty(&u->queue)) {
    lose(u, 0, NULL);
  } else if (u->stream->in_flight != before) {
    weft__stream_flush(u->stream);
  }
}

static void on_output(weft__handle *handle) {
  send_queue(weft__container(handle, udp, output));
}

static void on_name(weft__resolver *resolver) {
  queued *q = weft__container(resolver, queued, resolver);
  udp *u = q->owner;
  q->resolved = true;
  /* The first address of the socket's family; without one it is lost. */
  q->lost = true;
  for (size_t i = 0; i < resolver->count; i++) {
    if (weft__address_family(&resolver->addresses[i]) != u->family) continue;
    q->address = resolver->addresses[i];
    q->lost = false;
    break;
  }
  output_soon(u);
}

void weft__host_udp_send(weft__stream *s, const char *host, int port,
                         const void *data, size_t size) {
  udp *u = udp_of(s);
  weft__address address;
  bool known = weft__address_parse(host, port, &address);
  if (known && weft__list_empty(&u->queue) &&
      send_now(u, &address, data, size)) {
    return;
  }
  queued *q = malloc(sizeof *q + size);
  if (!q) return; /* it is lost */
  *q = (queued){.owner = u, .resolved = known, .size = size};
  memcpy(q->data, data, size);
  weft__node_init(&q->resolver.handle.node);
  weft__list_append(&u->queue, &q->node);
  s->in_flight += size;
  if (known) {
    q->address = address;
    output_soon(u);
  } else {
    weft__resolve(&q->resolver, host, port, on_name);
  }
}

/* ---- the end, and the beginning */

static void close_op(weft__stream *s) {
  udp *u = udp_of(s);
  read_op(s, false);
  u->closing = true;
  output_soon(u);
}

static void abort_op(weft__stream *s) { udp_free(udp_of(s)); }

static int info_op(weft__stream *s, const char *name, char *text, size_t size) {
  weft__address address;
  network_error_code_t error;
  if (strcmp(name, "sockname") ||
      !udp_method_udp_socket_local_address(
          udp_borrow_udp_socket(udp_of(s)->socket), &address, &error)) {
    return -1;
  }
  return weft__address_format(&address, text, size);
}

static const weft__stream_ops ops = {
    .read = read_op, .close = close_op, .abort = abort_op, .info = info_op};

/* Makes the socket: false, *error says why not. */
static bool open_at(udp *u, weft__address *address,
                    network_error_code_t *error) {
  u->family = weft__address_family(address);
  if (!udp_create_socket_create_udp_socket(u->family, &u->socket, error)) {
    return false;
  }
  udp_borrow_udp_socket_t socket = udp_borrow_udp_socket(u->socket);
  udp_tuple2_own_incoming_datagram_stream_own_outgoing_datagram_stream_t both;
  if (!udp_method_udp_socket_start_bind(socket, weft__network(), address,
                                        error) ||
      !udp_method_udp_socket_finish_bind(socket, error) ||
      !udp_method_udp_socket_stream(socket, NULL, &both, error)) {
    return false;
  }
  u->in = both.f0;
  u->out = both.f1;
  u->in_ready = udp_method_incoming_datagram_stream_subscribe(
      udp_borrow_incoming_datagram_stream(u->in));
  u->out_ready = udp_method_outgoing_datagram_stream_subscribe(
      udp_borrow_outgoing_datagram_stream(u->out));
  return true;
}

static void on_resolved(weft__resolver *resolver) {
  udp *u = weft__container(resolver, udp, resolver);
  network_error_code_t error;
  if (resolver->error) {
    lose(u, resolver->error, resolver->text);
  } else if (open_at(u, &resolver->addresses[0], &error)) {
    weft__stream_opened(u->stream);
  } else {
    char where[WEFT__ADDRESS_TEXT], text[200];
    weft__address_format(&resolver->addresses[0], where, sizeof where);
    weft__network_text(text, sizeof text, "opening UDP on", where, error);
    lose(u, weft__network_code(error), text);
  }
}

int weft__host_udp(weft__stream *s, const char *host, int port) {
  udp *u = calloc(1, sizeof *u);
  if (!u) return weft__fail(WEFT_ENOMEM, "no memory for a socket");
  u->stream = s;
  u->input.run = on_input;
  u->output.run = on_output;
  weft__node_init(&u->input.node);
  weft__node_init(&u->output.node);
  weft__list_init(&u->queue);
  s->host = (intptr_t)u;
  s->ops = &ops;
  weft__resolve(&u->resolver, host ? host : "0.0.0.0", port, on_resolved);
  return 0;
}
