/* Opening UDP sockets and servers under a timeout, and once more without. */
#include <stdio.h>
#include <weft.h>

static int serve(weft_stream *stream, void *arg) {
  (void)stream, (void)arg;
  return 0;
}

static int open_udp(const char *host) {
  weft_stream *udp;
  int rc = weft_open_udp(host, 0, &udp);
  return rc < 0 ? rc : weft_stream_release(udp);
}

static int open_server(const char *host) {
  weft_server *server;
  int rc = weft_start_server(serve, NULL, host, 0, NULL, &server);
  return rc < 0 ? rc : weft_server_shutdown(server, 0);
}

static void in_time(const char *what, int (*open)(const char *),
                    double seconds) {
  weft_timeout scope;
  weft_timeout_begin(&scope, seconds);
  int rc = weft_timeout_end(&scope, open("two.test"));
  printf("%s: %s\n", what, weft_error_name(rc));
}

static int run(void *arg) {
  (void)arg;
  in_time("udp", open_udp, 0.3);
  in_time("server", open_server, 0.3);
  in_time("udp", open_udp, 5);
  in_time("server", open_server, 5);
  return 0;
}

int main(void) { return weft_run(run, NULL) < 0; }
