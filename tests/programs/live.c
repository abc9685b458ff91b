/* Answers each line of its input at once; with an argument, so many times. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static int times = 1;

static int answer(weft_stream *in, weft_stream *out) {
  char *line;
  int size;
  while ((size = weft_readline(in, &line)) > 0) {
    for (int i = 0; i < size; i++) line[i] = (char)toupper(line[i]);
    for (int i = 0; i < times; i++) weft_write(out, line, (size_t)size);
    int rc = weft_drain(out);
    if (rc < 0) return rc;
  }
  return size;
}

static int async_main(void *arg) {
  (void)arg;
  weft_stream *in, *out, *errors;
  int rc = weft_open_stdin(&in);
  if (rc >= 0) rc = weft_open_stdout(&out);
  if (rc >= 0) rc = answer(in, out);
  const char *end = weft_error_name(rc);
  int failed = weft_open_stderr(&errors);
  if (failed < 0) return failed;
  weft_write(errors, end, strlen(end));
  failed = weft_drain(errors);
  return failed < 0 ? failed : rc;
}

int main(int argc, char **argv) {
  if (argc > 1) times = atoi(argv[1]);
  return -weft_run(async_main, NULL);
}
