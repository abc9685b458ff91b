/* HTTP within the program, for native tests: the response's body is the
   request's. */
#include "host_fetch.h"
#include "stream.h"

#include <assert.h>
#include <stdio.h>

#undef malloc

typedef struct exchange {
  weft__handle turn;
  weft__stream *stream;
  bool sent, answered, ended, reading, closing;
  size_t size, at;
  char body[4096]; /* enough for the tests */
} exchange;

static exchange *exchange_of(weft__stream *s) { return (exchange *)s->host; }

static void soon(exchange *x) {
  if (!weft__linked(&x->turn.node)) weft__ready(&x->turn);
}

static void exchange_free(weft__stream *s) {
  weft__list_remove(&exchange_of(s)->turn.node);
  free(exchange_of(s));
}

static void on_turn(weft__handle *handle) {
  exchange *x = weft__container(handle, exchange, turn);
  weft__stream *s = x->stream;
  if (x->closing) {
    exchange_free(s);
    weft__stream_lost(s, 0, NULL);
    return;
  }
  if (!x->sent) return;
  if (!x->answered) {
    x->answered = true;
    weft__stream_opened(s);
  } else if (x->reading && x->at < x->size) {
    size_t room;
    char *place = weft__stream_room(s, 1, &room);
    if (!place) return;
    if (room > x->size - x->at) room = x->size - x->at;
    memcpy(place, x->body + x->at, room);
    x->at += room;
    weft__stream_arrived(s, room);
    soon(x);
  } else if (x->reading && !x->ended) {
    x->ended = true;
    weft__stream_ended(s);
  }
}

static void read_op(weft__stream *s, bool on) {
  exchange_of(s)->reading = on;
  soon(exchange_of(s));
}

static size_t write_op(weft__stream *s, const char *bytes, size_t size) {
  exchange *x = exchange_of(s);
  assert(x->size + size <= sizeof x->body);
  memcpy(x->body + x->size, bytes, size);
  x->size += size;
  return size;
}

static void shutdown_op(weft__stream *s) {
  exchange_of(s)->sent = true;
  soon(exchange_of(s));
}

static void close_op(weft__stream *s) {
  exchange_of(s)->closing = true;
  soon(exchange_of(s));
}

static int info_op(weft__stream *s, const char *name, char *text, size_t size) {
  (void)s;
  return strcmp(name, "status") ? -1 : snprintf(text, size, "200");
}

static const weft__stream_ops ops = {.read = read_op,
                                     .write = write_op,
                                     .shutdown = shutdown_op,
                                     .close = close_op,
                                     .abort = exchange_free,
                                     .info = info_op};

int weft__host_fetch(weft__stream *s, const char *url,
                     const weft_fetch_options *options) {
  (void)url;
  exchange *x = malloc(sizeof *x);
  assert(x);
  *x = (exchange){.turn.run = on_turn, .stream = s};
  weft__node_init(&x->turn.node);
  s->host = (intptr_t)x;
  s->ops = &ops;
  if (!options->body_stream) {
    write_op(s, options->body ? options->body : "", options->body_size);
    shutdown_op(s);
  }
  return 0;
}
