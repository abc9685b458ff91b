/*
 * glue KIND PORT COUNT: has COUNT conversations with a peer that does what it
 * likes, four at once, and prints of each: its number, how it ended, how much
 * was received, and a hash of that. KIND is tcp, http or websocket.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

enum { AT_ONCE = 4, LARGEST = 100000, PATIENCE = 20 /* seconds */ };

static const char *kind;
static int port, count, next;

/* What was received: bytes, or messages, and their FNV-1a. */
typedef struct received {
  unsigned amount;
  uint32_t hash;
} received;

static void take(received *r, const void *bytes, size_t size) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < size; i++) r->hash = (r->hash ^ p[i]) * 16777619u;
}

static const char *url(char *text, size_t size, const char *scheme, int i) {
  snprintf(text, size, "%s://127.0.0.1:%d/%d", scheme, port, i);
  return text;
}

/* Reads to the end, by each kind of read in turn. */
static int read_into(char *buffer, weft_stream *stream, received *r) {
  static const size_t sizes[] = {1, 3000, 17, LARGEST, 4096};
  char *line;
  int rc;
  for (int i = 0; !weft_at_eof(stream); i++) {
    char *data = buffer;
    if (i % 6 == 5) {
      rc = weft_readuntil(stream, "\n", 1, &line);
      data = line;
      if (rc == WEFT_ELIMIT) continue; /* it is read in another way */
      if (rc == WEFT_EINCOMPLETE) rc = weft_partial(stream);
    } else {
      rc = weft_read(stream, buffer, sizes[i % 6]);
    }
    if (rc < 0) return rc;
    take(r, data, (size_t)rc);
    r->amount += (unsigned)rc;
  }
  return 0;
}

static int read_all(weft_stream *stream, received *r) {
  char *buffer = malloc(LARGEST);
  int rc = buffer ? read_into(buffer, stream, r) : WEFT_ENOMEM;
  free(buffer);
  return rc;
}

static int tcp(int i, received *r) {
  weft_stream *stream;
  int rc = weft_open_connection("127.0.0.1", port, NULL, &stream);
  if (rc < 0) return rc;
  char line[20];
  snprintf(line, sizeof line, "%d\n", i);
  rc = weft_write(stream, line, strlen(line));
  if (rc >= 0) rc = read_all(stream, r);
  weft_stream_release(stream);
  return rc;
}

static int http(int i, received *r) {
  char text[50];
  weft_stream *response;
  int rc = weft_fetch(url(text, sizeof text, "http", i), NULL, &response);
  if (rc < 0) return rc;
  rc = read_all(response, r);
  weft_stream_release(response);
  return rc;
}

static int websocket(int i, received *r) {
  char text[50];
  weft_stream *socket;
  weft_message message;
  int rc =
      weft_websocket_connect(url(text, sizeof text, "ws", i), NULL, &socket);
  if (rc < 0) return rc;
  while ((rc = weft_websocket_receive(socket, &message)) > 0) {
    char head = (char)message.kind;
    take(r, &head, 1);
    take(r, message.data, message.size);
    r->amount++;
  }
  weft_stream_release(socket);
  return rc;
}

static int talk(int i) {
  received r = {.hash = 2166136261u};
  weft_timeout scope;
  int rc = weft_timeout_begin(&scope, PATIENCE);
  if (rc < 0) return rc;
  if (!strcmp(kind, "tcp")) rc = tcp(i, &r);
  if (!strcmp(kind, "http")) rc = http(i, &r);
  if (!strcmp(kind, "websocket")) rc = websocket(i, &r);
  rc = weft_timeout_end(&scope, rc);
  printf("%d %s %u %u\n", i, weft_error_name(rc < 0 ? rc : 0), r.amount,
         (unsigned)r.hash);
  return 0;
}

static int talk_on(void *arg) {
  (void)arg;
  while (next < count) {
    int rc = talk(next++);
    if (rc < 0) return rc;
  }
  return 0;
}

static int run(void *arg) {
  (void)arg;
  weft_task *tasks[AT_ONCE];
  for (int i = 0; i < AT_ONCE; i++) tasks[i] = weft_create_task(talk_on, NULL);
  return weft_gather(tasks, AT_ONCE, NULL);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  kind = argv[1];
  port = atoi(argv[2]);
  count = atoi(argv[3]);
  return weft_run(run, NULL) < 0;
}
