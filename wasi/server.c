/* Servers: not here yet. */
#include "server.h"
#include "error.h"

int weft__host_listen(weft__server *server, const weft__target *target) {
  (void)server, (void)target;
  return weft__fail(WEFT_ENOTSUP, "this build for WASI has no servers");
}

void weft__host_accepting(weft__server *server, bool on) {
  (void)server, (void)on;
}

void weft__host_unlisten(weft__server *server) { (void)server; }
