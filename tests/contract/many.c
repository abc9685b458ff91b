/*
 * many HOST PORT AT_ONCE [--ca FILE] COUNT…: opens and closes so many
 * connections, some at once, and then so many more. After each span it prints
 * where its heap ends, and waits for a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weft.h>

static const char *host;
static int port, left;
static weft_stream_options options;

/* Asks one line; there are three ways to go. */
static int talk(weft_stream *stream, int way) {
  char *line;
  int rc = weft_write(stream, "hi\n", 3);
  if (rc >= 0) rc = weft_readline(stream, &line);
  if (rc != 3) return rc < 0 ? rc : WEFT_EPROTO;
  if (way == 0) return weft_stream_release(stream);
  rc = way == 1 ? weft_abort(stream) : weft_close(stream);
  return rc < 0 ? rc : weft_wait_closed(stream);
}

static int work(void *arg) {
  (void)arg;
  while (left > 0) {
    int way = left-- % 3;
    weft_stream *stream;
    int rc = weft_open_connection(host, port, &options, &stream);
    if (rc >= 0) rc = talk(stream, way);
    if (rc < 0) return rc;
  }
  return 0;
}

static int span(int at_once) {
  weft_task_group group;
  int rc = weft_task_group_begin(&group);
  if (rc < 0) return rc;
  while (at_once-- > 0) {
    weft_release(weft_task_group_create_task(&group, work, NULL));
  }
  return weft_task_group_end(&group, 0);
}

static char **args;

static int trust(const char *path) {
  char *ca;
  weft_tls *tls;
  int rc = weft_read_file(path, &ca);
  if (rc >= 0) rc = weft_tls_client(&(weft_tls_options){.ca = ca}, &tls);
  if (rc >= 0) options.tls = tls;
  return rc;
}

static int run(void *arg) {
  (void)arg;
  host = args[1];
  port = atoi(args[2]);
  weft_stream *in;
  char *line;
  int rc = weft_open_stdin(&in);
  for (char **word = args + 4; rc >= 0 && *word; word++) {
    if (!strcmp(*word, "--ca")) {
      rc = trust(*++word);
      continue;
    }
    left = atoi(*word);
    rc = span(atoi(args[3]));
    printf("%s: %zu\n", weft_error_name(rc), (size_t)sbrk(0));
    fflush(stdout);
    if (rc >= 0) rc = weft_readline(in, &line);
  }
  if (rc < 0) fprintf(stderr, "%s\n", weft_errmsg(rc));
  return rc;
}

int main(int argc, char **argv) {
  (void)argc;
  args = argv;
  return weft_run(run, NULL) < 0;
}
