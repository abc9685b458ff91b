/*
 * Listening: a socket for each address of the host, all on one port, and the
 * connections that they accept.
 */
#include "server.h"
#include "error.h"
#include "resolve.h"
#include "socket.h"
#include "tcp.h"

#include <stdlib.h>

enum {
  ROUND = 64,                 /* connections, then the others have their turn */
  RETRY = 1000 * 1000 * 1000, /* ns to wait when the host has no more sockets */
  PORT_TRIES = 10,            /* to find a port that is free for each address */
};

typedef struct listening listening;

typedef struct listener {
  weft__node node;
  listening *owner;
  tcp_own_tcp_socket_t socket;
  poll_own_pollable_t ready;
  weft__watch watch;
  weft__handle handle;
} listener;

struct listening {
  weft__server *server;
  weft__resolver resolver;
  weft__list listeners;
  weft__timer retry;
  bool accepting;
  int port, backlog;
  bool everywhere; /* no host was given: one family is enough */
};

static listening *listening_of(weft__server *server) {
  return (listening *)server->host;
}

static void listener_free(listener *l) {
  weft__list_remove(&l->node);
  weft__list_remove(&l->handle.node);
  weft__poll_unwatch(&l->watch);
  if (l->ready.__handle) poll_pollable_drop_own(l->ready);
  tcp_tcp_socket_drop_own(l->socket);
  free(l);
}

static void listeners_free(listening *g) {
  for (weft__node *n; (n = weft__list_first(&g->listeners));) {
    listener_free(weft__container(n, listener, node));
  }
}

static void listening_free(listening *g) {
  listeners_free(g);
  weft__timer_disarm(&weft__loop.timers, &g->retry);
  weft__resolve_end(&g->resolver);
  free(g);
}

/* ---- accepting */

static void watch(listener *l) {
  if (l->watch.place || l->handle.node.next != &l->handle.node) return;
  if (weft__poll_watch(&l->watch, l->ready, &l->handle) < 0) {
    weft__ready(&l->handle); /* it is tried again */
  }
}

static void watch_all(listening *g) {
  for (weft__node *n = weft__list_first(&g->listeners); n;
       n = weft__list_next(&g->listeners, n)) {
    watch(weft__container(n, listener, node));
  }
}

static void unwatch_all(listening *g) {
  for (weft__node *n = weft__list_first(&g->listeners); n;
       n = weft__list_next(&g->listeners, n)) {
    listener *l = weft__container(n, listener, node);
    weft__list_remove(&l->handle.node);
    weft__poll_unwatch(&l->watch);
  }
}

static void on_retry(weft__timer *timer) {
  listening *g = weft__container(timer, listening, retry);
  if (g->accepting) watch_all(g);
}

/* The next connection: false when there is none. */
static bool accept_one(listener *l, network_error_code_t *error) {
  tcp_tuple3_own_tcp_socket_own_input_stream_own_output_stream_t accepted;
  if (!tcp_method_tcp_socket_accept(tcp_borrow_tcp_socket(l->socket), &accepted,
                                    error)) {
    return false;
  }
  weft__tcp *tcp = weft__tcp_new(accepted.f0, accepted.f1, accepted.f2);
  if (!tcp) return true;
  weft__stream *s = weft__server_accept(l->owner->server, &weft__tcp_ops);
  if (s) {
    weft__tcp_attach(s, tcp);
  } else {
    weft__tcp_drop(tcp);
  }
  return true;
}

static void on_connection(weft__handle *handle) {
  listener *l = weft__container(handle, listener, handle);
  listening *g = l->owner;
  for (int i = 0; g->accepting && i < ROUND; i++) {
    network_error_code_t error;
    if (accept_one(l, &error)) continue;
    if (error == NETWORK_ERROR_CODE_WOULD_BLOCK) break;
    if (error == NETWORK_ERROR_CODE_CONNECTION_ABORTED) continue;
    /* Out of sockets, most likely: it would fail again at once. */
    weft__report("a server cannot accept connections (%s); it tries again in "
                 "a second",
                 weft_strerror(weft__network_code(error)));
    if (weft__timer_arm(&weft__loop.timers, &g->retry, weft__now() + RETRY) ==
        0) {
      return;
    }
    break;
  }
  if (g->accepting) watch(l);
}

void weft__host_accepting(weft__server *server, bool on) {
  listening *g = listening_of(server);
  g->accepting = on;
  if (on) {
    watch_all(g);
  } else {
    unwatch_all(g);
  }
}

/* ---- beginning */

/* One socket that listens; false: *error says why not. */
static bool listen_at(listening *g, const weft__address *address,
                      network_error_code_t *error) {
  *error = NETWORK_ERROR_CODE_OUT_OF_MEMORY;
  listener *l = malloc(sizeof *l);
  if (!l) return false;
  tcp_own_tcp_socket_t socket;
  if (!weft__socket_new(address, &socket, error)) {
    free(l);
    return false;
  }
  *l = (listener){.owner = g, .socket = socket};
  l->handle.run = on_connection;
  weft__node_init(&l->handle.node);
  weft__list_append(&g->listeners, &l->node);
  tcp_borrow_tcp_socket_t s = tcp_borrow_tcp_socket(socket);
  weft__address bound;
  network_error_code_t ignored; /* the backlog is a wish */
  tcp_method_tcp_socket_set_listen_backlog_size(s, (uint64_t)g->backlog,
                                                &ignored);
  if (!weft__socket_bind(socket, address, error) ||
      !tcp_method_tcp_socket_start_listen(s, error) ||
      !tcp_method_tcp_socket_finish_listen(s, error) ||
      !tcp_method_tcp_socket_local_address(s, &bound, error)) {
    listener_free(l);
    return false;
  }
  g->port = weft__address_port(&bound);
  l->ready = tcp_method_tcp_socket_subscribe(s);
  return true;
}

/* Listens at each address, on the port that the first one got. */
static bool listen_at_all(listening *g, const weft__address *addresses,
                          size_t count, weft__address *failed,
                          network_error_code_t *error) {
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    weft__address address = addresses[i];
    weft__address_set_port(&address, g->port);
    if (listen_at(g, &address, error)) {
      any = true;
    } else if (!g->everywhere || *error == NETWORK_ERROR_CODE_ADDRESS_IN_USE ||
               (!any && i + 1 == count)) {
      *failed = address;
      return false;
    }
  }
  return true;
}

static void lose(listening *g, int code, const char *text) {
  weft__server *server = g->server;
  char copy[200];
  weft__format(copy, sizeof copy, "%s", text);
  listening_free(g);
  weft__server_failed(server, code, copy);
}

static void begin(listening *g, const weft__address *addresses, size_t count) {
  int wanted = g->port;
  weft__address failed;
  network_error_code_t error;
  for (int tries = wanted ? 1 : PORT_TRIES; tries > 0; tries--) {
    g->port = wanted;
    if (listen_at_all(g, addresses, count, &failed, &error)) {
      g->accepting = true;
      watch_all(g);
      weft__server_listening(g->server, g->port);
      return;
    }
    listeners_free(g);
    if (error != NETWORK_ERROR_CODE_ADDRESS_IN_USE) break;
  }
  char where[WEFT__ADDRESS_TEXT], text[200];
  weft__address_format(&failed, where, sizeof where);
  weft__network_text(text, sizeof text, "listening on", where, error);
  lose(g, weft__network_code(error), text);
}

static void on_resolved(weft__resolver *resolver) {
  listening *g = weft__container(resolver, listening, resolver);
  if (resolver->error) {
    lose(g, resolver->error, resolver->text);
  } else if (g->everywhere) {
    weft__address both[] = {
        weft__address_any(NETWORK_IP_ADDRESS_FAMILY_IPV4, g->port),
        weft__address_any(NETWORK_IP_ADDRESS_FAMILY_IPV6, g->port)};
    begin(g, both, 2);
  } else {
    begin(g, resolver->addresses, resolver->count);
  }
}

int weft__host_listen(weft__server *server, const weft__target *target) {
  if (target->path) {
    return weft__fail(WEFT_ENOTSUP,
                      "WASI has no Unix sockets: use TCP on 127.0.0.1 instead");
  }
  if (target->reuse_port) {
    return weft__fail(WEFT_ENOTSUP, "WASI cannot share a port (reuse_port): "
                                    "start one server only");
  }
  listening *g = malloc(sizeof *g);
  if (!g) return weft__fail(WEFT_ENOMEM, "no memory for a server");
  *g = (listening){.server = server,
                   .retry.fire = on_retry,
                   .port = target->port,
                   .backlog = target->backlog,
                   .everywhere = !target->host};
  weft__list_init(&g->listeners);
  server->host = (intptr_t)g;
  weft__resolve(&g->resolver, target->host ? target->host : "0.0.0.0",
                target->port, on_resolved);
  return 0;
}

void weft__host_unlisten(weft__server *server) {
  listening_free(listening_of(server));
}
