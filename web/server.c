/* Servers of Node.js: the C half of web/library_server.js. */
#include "server.h"

#include "error.h"
#include "js_stream.h"

#include <emscripten/emscripten.h>

bool weft__js_listen(weft__server *server, const char *host, int port,
                     const char *path, int backlog);
void weft__js_unlisten(weft__server *server);
void weft__js_accepting(weft__server *server, bool on);

int weft__host_listen(weft__server *server, const weft__target *t) {
  if (weft__js_listen(server, t->host, t->port, t->path, t->backlog)) return 0;
  return weft__fail(WEFT_ENOTSUP, "a browser page cannot be a server");
}

void weft__host_unlisten(weft__server *server) { weft__js_unlisten(server); }

void weft__host_accepting(weft__server *server, bool on) {
  weft__js_accepting(server, on);
}

/* ---- called by JavaScript */

EMSCRIPTEN_KEEPALIVE void weft__js_listening(weft__server *server, int port) {
  weft__server_listening(server, port);
}

EMSCRIPTEN_KEEPALIVE void weft__js_not_listening(weft__server *server,
                                                 const char *name,
                                                 const char *text) {
  weft__server_failed(server, weft__js_code(name), text);
}

EMSCRIPTEN_KEEPALIVE void weft__js_cannot_accept(const char *text) {
  weft__report("a server cannot accept a connection: %s", text);
}

EMSCRIPTEN_KEEPALIVE weft__stream *weft__js_accept(weft__server *server) {
  return weft__server_accept(server, &weft__js_stream_ops);
}
