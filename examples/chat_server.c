/*
 * A chat: what one client says, all others hear. Try it with several of
 *
 *   nc 127.0.0.1 PORT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

/* All who are here. Tasks do not run at the same time, so no lock is needed. */
typedef struct member {
  weft_stream *stream;
  char name[32];
  struct member *next;
} member;
static member *members;

static void tell_others(const member *from, const char *text) {
  char line[600];
  int size = snprintf(line, sizeof line, "%s%s\n", from->name, text);
  if (size >= (int)sizeof line) size = sizeof line - 1;
  for (member *m = members; m; m = m->next) {
    /* A write never waits: one slow member does not stop the others. */
    if (m != from) weft_write(m->stream, line, (size_t)size);
  }
}

static void leave(member *who) {
  for (member **m = &members; *m; m = &(*m)->next) {
    if (*m != who) continue;
    *m = who->next;
    break;
  }
  tell_others(who, " has left");
}

static int chat(weft_stream *stream, void *arg) {
  (void)arg;
  member self = {.stream = stream};
  char *line;
  const char *question = "What is your name? ";
  weft_write(stream, question, strlen(question));
  int rc = weft_readline(stream, &line);
  if (rc <= 0) return rc;
  line[strcspn(line, "\r\n")] = 0;
  snprintf(self.name, sizeof self.name, "%s", line);

  self.next = members;
  members = &self;
  tell_others(&self, " is here");
  while ((rc = weft_readline(stream, &line)) > 0) {
    char text[520];
    line[strcspn(line, "\r\n")] = 0;
    snprintf(text, sizeof text, ": %s", line);
    tell_others(&self, text);
  }
  leave(&self);
  return rc;
}

static int serve(void *arg) {
  weft_server *server;
  weft_server_options options = {.stream = {.limit = 500}};
  int rc = weft_start_server(chat, NULL, "127.0.0.1", *(int *)arg, &options,
                             &server);
  if (rc < 0) {
    fprintf(stderr, "chat_server: %s\n", weft_errmsg(rc));
    return rc;
  }
  printf("listening on port %d\n", weft_server_port(server));
  fflush(stdout);
  return weft_serve_forever(server);
}

int main(int argc, char **argv) {
  int port = argc > 1 ? atoi(argv[1]) : 0;
  return weft_run(serve, &port) < 0;
}
