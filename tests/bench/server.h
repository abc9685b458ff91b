/* What the servers of the bench share: one prints "PORT n", and then serves a
   task a connection until it is killed. */
#ifndef TESTS_BENCH_SERVER_H
#define TESTS_BENCH_SERVER_H

#include <stdio.h>
#include <weft.h>

static weft_connection_fn serve_with;

static int serve(void *arg) {
  (void)arg;
  weft_server *server;
  weft_server_options options = {.backlog = 2048};
  int rc =
      weft_start_server(serve_with, NULL, "127.0.0.1", 0, &options, &server);
  if (rc < 0) {
    fprintf(stderr, "server: %s\n", weft_errmsg(rc));
    return rc;
  }
  printf("PORT %d\n", weft_server_port(server));
  fflush(stdout);
  return weft_serve_forever(server);
}

/* The whole of main. */
static inline int run_server(weft_connection_fn connection) {
  serve_with = connection;
  return weft_run(serve, NULL) < 0;
}

#endif
