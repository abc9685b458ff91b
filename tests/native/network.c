/*
 * A network within the program, for native tests: servers are found by their
 * port, and each end of a connection is an inbox that the other end fills. It
 * is small, so that bytes come in pieces and writers have to wait. What
 * happens is told from the loop, one thing a pass.
 *
 * Its own allocations never fail: those of src/ are what is tested.
 */
#include "error.h"
#include "server.h"

#include <assert.h>

#undef malloc

enum { INBOX = 24, PORTS = 8, FIRST_PORT = 1000 };

typedef struct end {
  weft__handle turn;
  weft__stream *stream; /* NULL: nobody knows of this end any more */
  struct end *peer;     /* NULL: it is gone */
  bool opening, reading, closing;
  bool reset;    /* the peer has gone without an end */
  bool finished; /* the peer has ended its half ... */
  bool told;     /* ... and the core knows */
  size_t size;
  char inbox[INBOX];
} end;

static weft__server *servers[PORTS];

/* ---- one end */

static end *end_of(weft__stream *s) { return (end *)s->host; }

static void soon(end *e) {
  if (e && e->stream && !weft__linked(&e->turn.node)) weft__ready(&e->turn);
}

/* The peer hears of it; what it has in its inbox it can still read. */
static void leave(end *e, bool reset) {
  if (e->peer) {
    e->peer->peer = NULL;
    e->peer->finished = true;
    e->peer->reset = reset;
    soon(e->peer);
  }
  weft__list_remove(&e->turn.node);
  free(e);
}

static void lose(end *e, int code, const char *text) {
  weft__stream *s = e->stream;
  leave(e, code < 0);
  weft__stream_lost(s, code, text);
}

/* False: the core has given the stream up. */
static bool deliver(end *e) {
  size_t room;
  char *place = weft__stream_room(e->stream, 1, &room);
  if (!place) return false;
  if (room > e->size) room = e->size;
  memcpy(place, e->inbox, room);
  e->size -= room;
  memmove(e->inbox, e->inbox + room, e->size);
  weft__stream_arrived(e->stream, room);
  soon(e->peer);
  return true;
}

static void on_turn(weft__handle *handle) {
  end *e = weft__container(handle, end, turn);
  weft__stream *s = e->stream;
  if (e->opening) {
    e->opening = false;
    weft__stream_opened(s);
  } else if (e->closing) {
    lose(e, 0, NULL);
    return;
  } else if (e->size && e->reading) {
    if (!deliver(e)) return;
  } else if (e->reset && !e->size) {
    lose(e, WEFT_ECONNRESET, "the peer has gone");
    return;
  } else if (e->finished && !e->told && !e->size) {
    e->told = true;
    weft__stream_ended(s);
  } else if (s->busy && (!e->peer || e->peer->size < INBOX)) {
    weft__stream_writable(s);
  } else {
    return;
  }
  soon(e);
}

/* ---- what can be done with it */

static void read_op(weft__stream *s, bool on) {
  end_of(s)->reading = on;
  soon(end_of(s));
}

static size_t write_op(weft__stream *s, const char *bytes, size_t size) {
  end *e = end_of(s), *to = e->peer;
  if (!to) return size; /* nobody is there to read it */
  size_t room = INBOX - to->size, taken = size < room ? size : room;
  memcpy(to->inbox + to->size, bytes, taken);
  to->size += taken;
  s->busy = taken < size;
  soon(to);
  return taken;
}

static void shutdown_op(weft__stream *s) {
  end *to = end_of(s)->peer;
  if (!to) return;
  to->finished = true;
  soon(to);
}

static void close_op(weft__stream *s) {
  end_of(s)->closing = true;
  soon(end_of(s));
}

static void abort_op(weft__stream *s) { leave(end_of(s), true); }

static const weft__stream_ops ops = {.read = read_op,
                                     .write = write_op,
                                     .shutdown = shutdown_op,
                                     .close = close_op,
                                     .abort = abort_op};

static end *end_new(weft__stream *s) {
  end *e = malloc(sizeof *e);
  assert(e);
  *e = (end){.turn.run = on_turn, .stream = s};
  weft__node_init(&e->turn.node);
  return e;
}

static void attach(end *e, weft__stream *s) {
  e->stream = s;
  s->host = (intptr_t)e;
  s->ops = &ops;
  soon(e);
}

/* ---- connecting and listening */

/* A client's first turn: it finds the server, or nobody. */
static void on_connect(weft__handle *handle) {
  end *e = weft__container(handle, end, turn);
  weft__server *server = servers[e->size]; /* the place of the port */
  e->turn.run = on_turn;
  e->size = 0;
  if (!server) {
    lose(e, WEFT_ECONNREFUSED, "nobody listens there");
    return;
  }
  end *other = end_new(NULL);
  other->peer = e;
  e->peer = other;
  weft__stream *s = weft__server_accept(server, &ops);
  if (s) {
    attach(other, s);
  } else {
    leave(other, true);
  }
  soon(e);
}

int weft__host_connect(weft__stream *s, const weft__target *target) {
  int place = target->port - FIRST_PORT;
  if (place < 0 || place >= PORTS) {
    return weft__fail(WEFT_EUNREACH, "the network has %d ports", PORTS);
  }
  end *e = end_new(s);
  e->turn.run = on_connect;
  e->opening = true;
  e->size = (size_t)place;
  attach(e, s);
  return 0;
}

typedef struct listening {
  weft__handle handle;
  weft__server *server;
  int place;
} listening;

static void on_listening(weft__handle *handle) {
  listening *l = weft__container(handle, listening, handle);
  weft__server_listening(l->server, FIRST_PORT + l->place);
}

int weft__host_listen(weft__server *server, const weft__target *target) {
  int place = target->port ? target->port - FIRST_PORT : 0;
  if (place < 0 || place >= PORTS || servers[place]) {
    return weft__fail(WEFT_EADDRINUSE, "port %d is taken", target->port);
  }
  listening *l = malloc(sizeof *l);
  assert(l);
  *l = (listening){.handle.run = on_listening, .server = server};
  l->place = place;
  weft__node_init(&l->handle.node);
  weft__ready(&l->handle);
  servers[place] = server;
  server->host = (intptr_t)l;
  return 0;
}

/* Connections are not kept in a backlog here: they come at once. */
void weft__host_accepting(weft__server *server, bool on) {
  (void)server, (void)on;
}

void weft__host_unlisten(weft__server *server) {
  listening *l = (listening *)server->host;
  if (!l) return; /* it could not listen */
  weft__list_remove(&l->handle.node);
  servers[l->place] = NULL;
  free(l);
}
