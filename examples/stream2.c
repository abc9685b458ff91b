/*
 * Prints the headers of a web page while a sum is computed: two tasks side by
 * side, one of which waits while the other one works.
 *
 *   stream2 http://example.org/
 */
#include "url.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <weft.h>

static int connect_to(const url *u, weft_stream **stream) {
  if (!u->secure) return weft_open_connection(u->host, u->port, NULL, stream);
  weft_tls *tls;
  int rc = weft_tls_client(NULL, &tls);
  if (rc < 0) return rc;
  weft_stream_options options = {.tls = tls};
  rc = weft_open_connection(u->host, u->port, &options, stream);
  weft_tls_free(tls);
  return rc;
}

static int print_headers(void *arg) {
  const url *u = arg;
  weft_stream *stream;
  int rc = connect_to(u, &stream);
  if (rc < 0) {
    fprintf(stderr, "stream2: %s\n", weft_errmsg(rc));
    return rc;
  }
  char request[sizeof *u + 64];
  int size = snprintf(request, sizeof request,
                      "HEAD %s HTTP/1.0\r\nHost: %s\r\n\r\n", u->path, u->host);
  weft_write(stream, request, (size_t)size);

  char *line;
  while ((rc = weft_readline(stream, &line)) > 0) {
    line[strcspn(line, "\r\n")] = 0;
    if (*line) printf("HTTP header> %s\n", line);
  }
  if (rc < 0) fprintf(stderr, "stream2: %s\n", weft_errmsg(rc));
  weft_close(stream);
  return rc;
}

/* A task that computes must let the others run now and then. */
static int compute(void *arg) {
  (void)arg;
  int64_t x = 0;
  for (int64_t i = 0; i < 1000000; i++) {
    x += i;
    if (i % 100000 != 0) continue;
    printf("%" PRId64 "\n", x);
    int rc = weft_sleep(0.01);
    if (rc < 0) return rc;
  }
  return 0;
}

static int both(void *arg) {
  weft_task *tasks[] = {
      weft_create_task(print_headers, arg),
      weft_create_task(compute, NULL),
  };
  return weft_gather(tasks, 2, NULL);
}

int main(int argc, char **argv) {
  url u;
  if (argc != 2 || !parse_url(argv[1], &u)) {
    fprintf(stderr, "usage: stream2 http://host[:port][/path]\n");
    return 2;
  }
  return weft_run(both, &u) < 0;
}
