/*
 * A small HTTP/1.1 server, for clients that others have written.
 *
 *   http_server ADDRESS [CERTIFICATE KEY]
 *
 * GET /N answers N bytes; POST answers what was sent. Connections are kept
 * unless the client asks otherwise.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <weft.h>

enum { LARGEST = 1 << 20 };

typedef struct request {
  char method[8], path[64];
  long length;
  bool expects, close;
} request;

/* Reads the head of a request: 1, 0 at the end of the stream, or an error. */
static int read_head(weft_stream *stream, request *r) {
  char *line;
  int rc = weft_readline(stream, &line);
  if (rc <= 0) return rc;
  *r = (request){0};
  if (sscanf(line, "%7s %63s", r->method, r->path) != 2) return WEFT_EPROTO;
  while ((rc = weft_readline(stream, &line)) > 2) {
    if (!strncasecmp(line, "content-length:", 15)) r->length = atol(line + 15);
    if (!strncasecmp(line, "expect: 100-", 12)) r->expects = true;
    if (!strncasecmp(line, "connection: close", 17)) r->close = true;
  }
  return rc == 0 ? WEFT_EINCOMPLETE : rc < 0 ? rc : 1;
}

static int answer(weft_stream *stream, const request *r, char *body) {
  bool is_post = !strcmp(r->method, "POST");
  long size = is_post ? r->length : atol(r->path + 1);
  if (size < 0 || size > LARGEST) return WEFT_ELIMIT;
  if (r->expects) weft_write(stream, "HTTP/1.1 100 Continue\r\n\r\n", 25);
  if (is_post) {
    int rc = weft_readexactly(stream, body, (size_t)size);
    if (rc < 0) return rc;
  } else {
    memset(body, 'x', (size_t)size);
  }
  char head[100];
  snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n\r\n",
           size);
  weft_write(stream, head, strlen(head));
  weft_write(stream, body, (size_t)size);
  return weft_drain(stream);
}

static int serve(weft_stream *stream, void *arg) {
  (void)arg;
  char *body = malloc(LARGEST);
  if (!body) return WEFT_ENOMEM;
  request r = {0};
  int rc;
  while (!r.close && (rc = read_head(stream, &r)) > 0) {
    rc = answer(stream, &r, body);
    if (rc < 0) break;
  }
  free(body);
  return rc;
}

static int read_tls(char **files, weft_tls **tls) {
  char *certificate, *key;
  int rc = weft_read_file(files[0], &certificate);
  if (rc >= 0) rc = weft_read_file(files[1], &key);
  if (rc < 0) return rc;
  weft_tls_options options = {.certificate = certificate, .key = key};
  return weft_tls_server(&options, tls);
}

static int run(void *arg) {
  char **args = arg;
  weft_tls *tls = NULL;
  weft_server *server;
  int rc = args[2] ? read_tls(args + 2, &tls) : 0;
  weft_server_options options = {.tls = tls};
  if (rc >= 0) {
    rc = weft_start_server(serve, NULL, args[1], 0, &options, &server);
  }
  if (rc < 0) {
    fprintf(stderr, "http_server: %s\n", weft_errmsg(rc));
    return rc;
  }
  printf("listening on port %d\n", weft_server_port(server));
  fflush(stdout);
  return weft_serve_forever(server);
}

int main(int argc, char **argv) { return argc < 2 || weft_run(run, argv) < 0; }
