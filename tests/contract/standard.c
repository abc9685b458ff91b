/* The standard streams and files, under waits that are cancelled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static void tell(const char *what, int rc) {
  printf("%s: %s\n", what, rc < 0 ? weft_error_name(rc) : "ok");
  fflush(stdout);
}

static void tell_line(weft_stream *in) {
  char *line;
  int rc = weft_readline(in, &line);
  if (rc < 0) {
    tell("line", rc);
  } else {
    printf("line: %s\n", rc ? strtok(line, "\n") : "(end)");
    fflush(stdout);
  }
}

/* A line whose end is not there in time. */
static void cancelled_line(weft_stream *in) {
  char *line;
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.2);
  tell("line", weft_timeout_end(&scope, weft_readline(in, &line)));
}

/* Standard input, by three streams one after the other. */
static int input(void) {
  weft_stream *in;
  tell("open", weft_open_stdin(&in));
  cancelled_line(in);
  tell_line(in);
  weft_stream_release(in);
  weft_sleep(0.01);
  tell("open", weft_open_stdin(&in));
  tell_line(in);
  tell_line(in);
  weft_close(in);
  tell("close", weft_wait_closed(in));
  tell("open", weft_open_stdin(&in));
  tell_line(in);
  return weft_stream_release(in);
}

enum { PIECES = 20, PIECE = 100 * 1000 };

/* Standard output, which nobody reads for a while. */
static int output(void) {
  static char data[PIECE];
  weft_stream *out;
  int rc = weft_open_stdout(&out);
  for (int i = 0; i < PIECES && rc >= 0; i++) {
    memset(data, 'a' + i, PIECE);
    rc = weft_write(out, data, PIECE);
  }
  if (rc < 0) return rc;
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.3);
  rc = weft_timeout_end(&scope, weft_drain(out));
  fprintf(stderr, "drain: %s\n", weft_error_name(rc));
  rc = weft_drain(out);
  fprintf(stderr, "drain: %s\n", weft_error_name(rc));
  weft_close(out);
  return weft_wait_closed(out);
}

/* Files that nobody writes, or reads, for a while (FIFOs); then one that is. */
static int files(const char *unwritten, const char *unread, const char *file) {
  char *data;
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.2);
  tell("read", weft_timeout_end(&scope, weft_read_file(unwritten, &data)));
  weft_timeout_begin(&scope, 0.2);
  tell("write", weft_timeout_end(&scope, weft_write_file(unread, "x", 1)));
  tell("write", weft_write_file(file, "whole", 5));
  tell("read", weft_read_file(file, &data));
  printf("%s\n", data);
  free(data);
  return 0;
}

static char **args;

static int run(void *arg) {
  (void)arg;
  if (!strcmp(args[1], "input")) return input();
  if (!strcmp(args[1], "output")) return output();
  return files(args[2], args[3], args[4]);
}

int main(int argc, char **argv) {
  (void)argc;
  args = argv;
  return weft_run(run, NULL) < 0;
}
