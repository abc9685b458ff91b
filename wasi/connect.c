/*
 * Connecting, with "happy eyeballs" (RFC 8305, as asyncio does it): the
 * addresses of a name are tried in turn, the next one when the last has failed
 * or has not answered for a while; who answers first wins.
 */
#include "error.h"
#include "resolve.h"
#include "socket.h"
#include "stream.h"
#include "tcp.h"

#include <stdlib.h>

typedef struct connecting connecting;

/* One address that is being tried. */
typedef struct attempt {
  weft__node node;
  connecting *owner;
  weft__address address;
  tcp_own_tcp_socket_t socket;
  poll_own_pollable_t ready;
  weft__watch watch;
  weft__handle handle;
} attempt;

struct connecting {
  weft__stream *stream;
  weft__resolver resolver;
  size_t next;         /* of the resolver's addresses */
  weft__list attempts; /* under way */
  weft__timer timer;   /* when the next address is tried too */
  int64_t patience;
  bool local; /* a local address is asked for */
  weft__address local4, local6;
  bool has_local4, has_local6;
  int error; /* of the first attempt that failed */
  char text[200];
};

static connecting *connecting_of(weft__stream *s) {
  return (connecting *)s->host;
}

/* ---- attempts */

static void attempt_free(attempt *a) {
  weft__list_remove(&a->node);
  weft__list_remove(&a->handle.node);
  weft__poll_unwatch(&a->watch);
  if (a->ready.__handle) poll_pollable_drop_own(a->ready);
  tcp_tcp_socket_drop_own(a->socket);
  free(a);
}

static void connecting_free(connecting *c) {
  for (weft__node *n; (n = weft__list_first(&c->attempts));) {
    attempt_free(weft__container(n, attempt, node));
  }
  weft__timer_disarm(&weft__loop.timers, &c->timer);
  weft__resolve_end(&c->resolver);
  free(c);
}

static void lose(connecting *c, int code, const char *text) {
  weft__stream *s = c->stream;
  char copy[sizeof c->text];
  weft__format(copy, sizeof copy, "%s", text);
  connecting_free(c);
  weft__stream_lost(s, code, copy);
}

static void remember(connecting *c, const weft__address *address,
                     network_error_code_t error) {
  if (c->error) return;
  char where[WEFT__ADDRESS_TEXT];
  weft__address_format(address, where, sizeof where);
  c->error = weft__network_code(error);
  weft__network_text(c->text, sizeof c->text, "connecting to", where, error);
}

static void on_attempt(weft__handle *handle);

/* Begins to connect to an address; false: it has failed already. */
static bool try_address(connecting *c, const weft__address *address) {
  network_error_code_t error = NETWORK_ERROR_CODE_OUT_OF_MEMORY;
  attempt *a = malloc(sizeof *a);
  tcp_own_tcp_socket_t socket;
  if (!a || !weft__socket_new(address, &socket, &error)) {
    free(a);
    remember(c, address, error);
    return false;
  }
  *a = (attempt){.owner = c, .address = *address, .socket = socket};
  weft__node_init(&a->handle.node);
  a->handle.run = on_attempt;
  weft__list_append(&c->attempts, &a->node);
  tcp_borrow_tcp_socket_t s = tcp_borrow_tcp_socket(socket);
  bool v4 = weft__address_family(address) == NETWORK_IP_ADDRESS_FAMILY_IPV4;
  const weft__address *local = v4 ? &c->local4 : &c->local6;
  bool has_local = v4 ? c->has_local4 : c->has_local6;
  if ((has_local && !weft__socket_bind(socket, local, &error)) ||
      !tcp_method_tcp_socket_start_connect(s, weft__network(), &a->address,
                                           &error)) {
    remember(c, address, error);
    attempt_free(a);
    return false;
  }
  a->ready = tcp_method_tcp_socket_subscribe(s);
  if (weft__poll_watch(&a->watch, a->ready, &a->handle) < 0) {
    remember(c, address, NETWORK_ERROR_CODE_OUT_OF_MEMORY);
    attempt_free(a);
    return false;
  }
  return true;
}

/* Tries addresses until one is under way. With none left and none under way
   all have failed, and the record is gone. */
static void try_next(connecting *c) {
  while (c->next < c->resolver.count) {
    const weft__address *address = &c->resolver.addresses[c->next++];
    bool v4 = weft__address_family(address) == NETWORK_IP_ADDRESS_FAMILY_IPV4;
    if (c->local && !(v4 ? c->has_local4 : c->has_local6)) continue;
    if (!try_address(c, address)) continue;
    if (c->next < c->resolver.count && c->patience < INT64_MAX) {
      /* Without the timer the next one's turn is when this one has failed. */
      (void)weft__timer_arm(&weft__loop.timers, &c->timer,
                            weft__now() + c->patience);
    }
    return;
  }
  if (!weft__list_empty(&c->attempts)) return;
  if (c->error) {
    lose(c, c->error, c->text);
  } else {
    lose(c, WEFT_EINVAL,
         "the local address is of another family than the "
         "addresses of the host");
  }
}

static void on_timer(weft__timer *timer) {
  try_next(weft__container(timer, connecting, timer));
}

static void on_attempt(weft__handle *handle) {
  attempt *a = weft__container(handle, attempt, handle);
  connecting *c = a->owner;
  tcp_tuple2_own_input_stream_own_output_stream_t streams;
  network_error_code_t error;
  if (!tcp_method_tcp_socket_finish_connect(tcp_borrow_tcp_socket(a->socket),
                                            &streams, &error)) {
    if (error == NETWORK_ERROR_CODE_WOULD_BLOCK &&
        weft__poll_watch(&a->watch, a->ready, &a->handle) == 0) {
      return;
    }
    remember(c, &a->address, error);
    attempt_free(a);
    try_next(c);
    return;
  }
  poll_pollable_drop_own(a->ready);
  weft__list_remove(&a->node);
  weft__tcp *tcp = weft__tcp_new(a->socket, streams.f0, streams.f1);
  free(a);
  if (!tcp) {
    lose(c, WEFT_ENOMEM, "no memory for a connection");
    return;
  }
  weft__stream *s = c->stream;
  connecting_free(c);
  weft__tcp_attach(s, tcp);
  weft__stream_opened(s);
}

static void on_resolved(weft__resolver *resolver) {
  connecting *c = weft__container(resolver, connecting, resolver);
  if (resolver->error) {
    lose(c, resolver->error, resolver->text);
  } else {
    try_next(c);
  }
}

/* ---- the beginning */

static void abort_op(weft__stream *s) { connecting_free(connecting_of(s)); }

static const weft__stream_ops ops = {.abort = abort_op};

/* The address to connect from: false when the text is none. */
static bool set_local(connecting *c, const weft__target *target) {
  if (!target->local_host && !target->local_port) return true;
  c->local = true;
  int port = target->local_port;
  if (!target->local_host) {
    c->local4 = weft__address_any(NETWORK_IP_ADDRESS_FAMILY_IPV4, port);
    c->local6 = weft__address_any(NETWORK_IP_ADDRESS_FAMILY_IPV6, port);
    c->has_local4 = c->has_local6 = true;
    return true;
  }
  weft__address address;
  if (!weft__address_parse(target->local_host, port, &address)) return false;
  if (weft__address_family(&address) == NETWORK_IP_ADDRESS_FAMILY_IPV4) {
    c->local4 = address;
    c->has_local4 = true;
  } else {
    c->local6 = address;
    c->has_local6 = true;
  }
  return true;
}

int weft__host_connect(weft__stream *s, const weft__target *target) {
  if (target->path) {
    return weft__fail(WEFT_ENOTSUP,
                      "WASI has no Unix sockets: use TCP on 127.0.0.1 instead");
  }
  connecting *c = malloc(sizeof *c);
  if (!c) return weft__fail(WEFT_ENOMEM, "no memory for a connection");
  *c = (connecting){.stream = s,
                    .patience = target->next_address_after,
                    .timer.fire = on_timer};
  weft__list_init(&c->attempts);
  if (!set_local(c, target)) {
    free(c);
    return weft__fail(WEFT_EINVAL, "local_host %s is not an address",
                      target->local_host);
  }
  s->ops = &ops;
  s->host = (intptr_t)c;
  weft__resolve(&c->resolver, target->host, target->port, on_resolved);
  return 0;
}
