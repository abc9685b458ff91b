/*
 * The HTTP client of the bench: head PORT COUNT asks so many times at once for
 * the headers of 127.0.0.1:PORT, and prints how long that took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

enum { WARM_UP = 20, LINES = 11 };

static int port, count;

static const char request[] =
    "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/* A status line and ten headers. */
static int ask(void *arg) {
  (void)arg;
  weft_stream *stream;
  int rc = weft_open_connection("127.0.0.1", port, NULL, &stream);
  if (rc < 0) return rc;
  rc = weft_write(stream, request, sizeof request - 1);
  if (rc < 0) return rc;
  int lines = 0;
  char *line;
  while ((rc = weft_readline(stream, &line)) > 0) lines += *line != '\r';
  if (rc < 0) return rc;
  weft_close(stream);
  rc = weft_wait_closed(stream);
  return rc < 0 ? rc : lines == LINES ? 0 : WEFT_EPROTO;
}

static int ask_all(int n) {
  weft_task **tasks = calloc((size_t)n, sizeof(weft_task *));
  for (int i = 0; i < n; i++) tasks[i] = weft_create_task(ask, NULL);
  int rc = weft_gather(tasks, (size_t)n, NULL);
  for (int i = 0; i < n; i++) weft_release(tasks[i]);
  free(tasks);
  return rc;
}

static int measure(void *arg) {
  (void)arg;
  int rc = ask_all(WARM_UP);
  double start = weft_time();
  if (rc == 0) rc = ask_all(count);
  double ms = (weft_time() - start) * 1000;
  if (rc < 0) {
    fprintf(stderr, "head: %s\n", weft_errmsg(rc));
  } else {
    printf("{\"metric\": \"head\", \"value\": %.3f, \"unit\": \"ms\"}\n", ms);
  }
  return rc;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: head PORT COUNT\n");
    return 2;
  }
  port = atoi(argv[1]);
  count = atoi(argv[2]);
  return weft_run(measure, NULL) < 0;
}
