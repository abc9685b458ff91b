/*
 * Sends each line of the standard input to an echo server, and prints what
 * comes back.
 *
 *   echo_client host port
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

typedef struct peer {
  const char *host;
  int port;
} peer;

static int talk(weft_stream *input, weft_stream *server) {
  char *line;
  int size;
  while ((size = weft_readline(input, &line)) > 0) {
    int rc = weft_write(server, line, (size_t)size);
    if (rc < 0) return rc;
    rc = weft_readline(server, &line);
    if (rc <= 0) return rc;
    printf("echo> %s", line);
  }
  return size;
}

static int run(void *arg) {
  const peer *p = arg;
  weft_stream *input, *server;
  int rc = weft_open_stdin(&input);
  if (rc == 0) rc = weft_open_connection(p->host, p->port, NULL, &server);
  if (rc == 0) rc = talk(input, server);
  if (rc < 0) fprintf(stderr, "echo_client: %s\n", weft_errmsg(rc));
  return rc;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: echo_client host port\n");
    return 2;
  }
  peer p = {argv[1], atoi(argv[2])};
  return weft_run(run, &p) < 0;
}
