/*
 * UDP and WebSockets within the program, for native tests: what is sent comes
 * back, from the peer that it was sent to.
 */
#include "host_udp.h"
#include "host_websocket.h"
#include "stream.h"

#include <assert.h>
#include <stdio.h>

#undef malloc

typedef struct echo {
  weft__handle turn;
  weft__stream *stream;
  bool opening, closing;
  size_t size;      /* of what is on its way, with its head */
  char bytes[4096]; /* enough for the tests */
} echo;

static echo *echo_of(weft__stream *s) { return (echo *)s->host; }

static void soon(echo *e) {
  if (!weft__linked(&e->turn.node)) weft__ready(&e->turn);
}

static void echo_free(weft__stream *s) {
  weft__list_remove(&echo_of(s)->turn.node);
  free(echo_of(s));
}

static void on_turn(weft__handle *handle) {
  echo *e = weft__container(handle, echo, turn);
  weft__stream *s = e->stream;
  if (e->opening) {
    e->opening = false;
    weft__stream_opened(s);
  } else if (e->closing) {
    echo_free(s);
    weft__stream_lost(s, 0, NULL);
  } else if (e->size) {
    size_t room;
    char *place = weft__stream_room(s, e->size, &room);
    if (!place) return;
    memcpy(place, e->bytes, e->size);
    weft__stream_arrived(s, e->size);
    e->size = 0;
  }
}

static void nothing(weft__stream *s) { (void)s; }
static void read_op(weft__stream *s, bool on) { (void)s, (void)on; }
static void close_op(weft__stream *s) {
  echo_of(s)->closing = true;
  soon(echo_of(s));
}

static const weft__stream_ops ops = {.read = read_op,
                                     .shutdown = nothing,
                                     .close = close_op,
                                     .abort = echo_free};

static int open_echo(weft__stream *s) {
  echo *e = malloc(sizeof *e);
  assert(e);
  *e = (echo){.turn.run = on_turn, .stream = s, .opening = true};
  weft__node_init(&e->turn.node);
  s->host = (intptr_t)e;
  s->ops = &ops;
  soon(e);
  return 0;
}

static void send(weft__stream *s, const void *head, size_t head_size,
                 const void *data, size_t size) {
  echo *e = echo_of(s);
  assert(e->size + head_size + size <= sizeof e->bytes);
  memcpy(e->bytes + e->size, head, head_size);
  memcpy(e->bytes + e->size + head_size, data, size);
  e->size += head_size + size;
  soon(e);
}

int weft__host_udp(weft__stream *s, const char *host, int port) {
  (void)host, (void)port;
  return open_echo(s);
}

void weft__host_udp_send(weft__stream *s, const char *host, int port,
                         const void *data, size_t size) {
  weft__datagram_head head = {(uint32_t)size, (uint16_t)port, ""};
  snprintf(head.host, sizeof head.host, "%s", host);
  send(s, &head, sizeof head, data, size);
}

int weft__host_websocket(weft__stream *s, const char *url,
                         const char *protocols) {
  (void)url, (void)protocols;
  return open_echo(s);
}

bool weft__host_websocket_send(weft__stream *s, int kind, const void *data,
                               size_t size) {
  weft__message_head head = {(uint32_t)kind, (uint32_t)size};
  send(s, &head, sizeof head, data, size);
  return true;
}

void weft__host_websocket_reason(weft__stream *s, int code,
                                 const char *reason) {
  (void)s, (void)code, (void)reason;
}
