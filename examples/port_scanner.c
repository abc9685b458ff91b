/*
 * Says which TCP ports of a host are open, trying many at once, but not too
 * many.
 *
 *   port_scanner 127.0.0.1 1 1024
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

enum { AT_ONCE = 64 };

static const char *host;
static weft_semaphore places = WEFT_SEMAPHORE(AT_ONCE);

static int try_port(void *arg) {
  int port = (int)(size_t)arg;
  int rc = weft_semaphore_acquire(&places);
  if (rc < 0) return rc;
  weft_stream *stream;
  weft_stream_options options = {.timeout = 2};
  if (weft_open_connection(host, port, &options, &stream) == 0) {
    printf("%d is open\n", port);
    weft_abort(stream);
    weft_stream_release(stream);
  }
  weft_semaphore_release(&places);
  return 0;
}

typedef struct range {
  int first, last;
} range;

static int scan(void *arg) {
  const range *r = arg;
  size_t count = (size_t)(r->last - r->first + 1);
  weft_task **tasks = calloc(count, sizeof(weft_task *));
  if (!tasks) return WEFT_ENOMEM;
  for (size_t i = 0; i < count; i++) {
    tasks[i] = weft_create_task(try_port, (void *)((size_t)r->first + i));
  }
  int rc = weft_gather(tasks, count, NULL);
  free(tasks);
  return rc;
}

int main(int argc, char **argv) {
  range r = {argc > 2 ? atoi(argv[2]) : 0, argc > 3 ? atoi(argv[3]) : 0};
  if (argc != 4 || r.first < 1 || r.last > 65535 || r.last < r.first) {
    fprintf(stderr, "usage: port_scanner host first last\n");
    return 2;
  }
  host = argv[1];
  return weft_run(scan, &r) < 0;
}
