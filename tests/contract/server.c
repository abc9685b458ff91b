/*
 * Servers: server MODE [PORT|PATH] prints "PORT n", serves until a client says
 * "stop", then ends in the way that the mode names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weft.h>

static weft_event stopping;
static int served, most, now;
static weft_tls *context;
static weft_server *server;

/* Goes on in TLS, after a word, or when the client's first bytes are here. */
static int start_tls(weft_stream *stream, bool word) {
  int rc = word ? weft_write(stream, "go\n", 3) : weft_sleep(0.2);
  return rc < 0 ? rc : weft_start_tls(stream, context, NULL);
}

/* Answers each line with the same line; "sleep" holds the connection. */
static int serve(weft_stream *stream, void *arg) {
  (void)arg;
  served++;
  if (++now > most) most = now;
  char *line;
  int rc;
  while ((rc = weft_readline(stream, &line)) > 0) {
    bool stop = !strcmp(line, "stop\n") || !strcmp(line, "closed\n");
    if (stop) weft_event_set(&stopping);
    if (!strcmp(line, "close clients\n")) weft_server_close_clients(server);
    if (!strcmp(line, "abort clients\n")) weft_server_abort_clients(server);
    if (!strcmp(line, "fail\n")) {
      rc = WEFT_EPROTO;
      break;
    }
    if (!strcmp(line, "name\n")) {
      char name[200];
      rc = weft_get_extra_info(stream, "sockname", name, sizeof name);
      weft_write(stream, rc < 0 ? "none" : name, rc < 0 ? 4 : (size_t)rc);
      weft_write(stream, "\n", 1);
      continue;
    }
    if (!strcmp(line, "memory\n")) {
      char end[20]; /* of the heap */
      rc = snprintf(end, sizeof end, "%zu\n", (size_t)sbrk(0));
      weft_write(stream, end, (size_t)rc);
      continue;
    }
    if (!strcmp(line, "starttls\n") || !strcmp(line, "tls at once\n")) {
      rc = start_tls(stream, *line == 's');
      if (rc < 0) break;
      continue;
    }
    if (!strcmp(line, "sleep\n")) {
      rc = weft_sleep(1000);
      if (rc == WEFT_ECANCELED) weft_write(stream, "interrupted\n", 12);
      break;
    }
    if (weft_write(stream, line, (size_t)rc) < 0) break;
    rc = weft_drain(stream);
    if (rc < 0) break;
  }
  now--;
  return rc;
}

static int read_text(const char *path, const char **text) {
  char *data;
  int rc = weft_read_file(path, &data);
  *text = data;
  return rc;
}

static char **args;

static int start(weft_server_options *options) {
  const char *mode = args[1];
  weft_tls_options tls = {.alpn = "weft"};
  if (!strcmp(mode, "unix")) {
    return weft_start_unix_server(serve, NULL, args[2], options, &server);
  }
  bool upgrades = !strcmp(mode, "upgrade");
  if (!strcmp(mode, "tls") || !strcmp(mode, "mutual") || upgrades) {
    read_text(args[2], &tls.certificate);
    read_text(args[3], &tls.key);
    if (!strcmp(mode, "mutual")) read_text(args[4], &tls.ca);
    int rc = weft_tls_server(&tls, &context);
    if (rc < 0) return rc;
    if (!upgrades) options->tls = context;
    options->tls_timeout = 0.5;
  }
  if (!strcmp(mode, "few")) options->max_connections = 2;
  if (!strcmp(mode, "tight")) {
    options->max_connections = 1;
    options->backlog = 4;
  }
  int port = !strcmp(mode, "port") ? atoi(args[2]) : 0;
  return weft_start_server(serve, NULL, "127.0.0.1", port, options, &server);
}

/* Waits for a server that are cancelled, while somebody is connected. */
static void cancel_wait(const char *what, int (*wait)(weft_server *server)) {
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.1);
  int rc = weft_timeout_end(&scope, wait(server));
  printf("%s: %s, %s\n", what, weft_error_name(rc),
         weft_server_connections(server) > 0 ? "still there" : "gone");
}

static int shut_down_slowly(weft_server *one) {
  return weft_server_shutdown(one, 30);
}

static void cancel_waits(void) {
  weft_event_clear(&stopping);
  cancel_wait("wait_closed", weft_server_wait_closed);
  cancel_wait("serve_forever", weft_serve_forever);
  cancel_wait("shutdown", shut_down_slowly);
}

static int run(void *arg) {
  (void)arg;
  weft_server_options options = {.backlog = 1024};
  int rc = start(&options);
  if (rc < 0) {
    printf("%s: %s\n", weft_error_name(rc), weft_errmsg(rc));
    return 0;
  }
  printf("PORT %d\n", weft_server_port(server));
  fflush(stdout);
  weft_event_wait(&stopping);
  if (!strcmp(args[1], "waits")) {
    cancel_waits();
    weft_event_wait(&stopping); /* "closed" */
  }
  if (!strcmp(args[1], "patient")) {
    rc = weft_server_shutdown(server, 30);
  } else if (!strcmp(args[1], "leave")) {
    return 0; /* the end of the run ends it */
  } else {
    rc = weft_server_shutdown(server, 0.2);
  }
  printf("shutdown: %d, served %d, at most %d at once\n", rc, served, most);
  printf("again: %s\n", weft_error_name(weft_server_close(server)));
  return 0;
}

int main(int argc, char **argv) {
  (void)argc;
  args = argv;
  return weft_run(run, NULL) < 0;
}
