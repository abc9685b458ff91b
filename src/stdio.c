/* The standard input, output and error as streams. */
#include "error.h"
#include "stream.h"

#include <weft/file.h>

static weft__stream *open_now[3];

static void freed(weft__stream *s) {
  for (int fd = 0; fd < 3; fd++) {
    if (open_now[fd] == s) open_now[fd] = NULL;
  }
}

/* A stream that the host is to open, or NULL and why not. */
static weft__stream *prepare(int fd, weft_stream **stream, int *rc) {
  *stream = NULL;
  if (!weft__current()) {
    *rc = WEFT_ENOTRUNNING;
  } else if (open_now[fd]) {
    *rc = weft__fail(WEFT_EALREADY, "it is open as a stream already");
  } else {
    weft__stream *s = weft__stream_new(NULL);
    if (!s) *rc = WEFT_ENOMEM;
    return s;
  }
  return NULL;
}

/* The host has opened it, or has answered with an error. */
static int opened(weft__stream *s, int fd, weft_stream **stream, int rc) {
  if (rc < 0) {
    weft__stream_lost(s, rc, NULL); /* frees it: the host never knew it */
    return rc;
  }
  open_now[fd] = s;
  s->freed = freed;
  s->state = WEFT__STREAM_OPEN;
  *stream = weft__record_hold(&s->record);
  return 0;
}

int weft_open_stdin(weft_stream **stream) {
  int rc;
  weft__stream *s = prepare(0, stream, &rc);
  if (!s) return rc;
  s->shut = s->shut_done = true; /* nothing can be written */
  rc = opened(s, 0, stream, weft__host_open_input(s));
  if (rc == 0) weft__stream_pace(s);
  return rc;
}

static int open_output(int fd, weft_stream **stream) {
  int rc;
  weft__stream *s = prepare(fd, stream, &rc);
  if (!s) return rc;
  s->ended = true; /* nothing is to be read */
  return opened(s, fd, stream, weft__host_open_output(s, fd));
}

int weft_open_stdout(weft_stream **stream) { return open_output(1, stream); }
int weft_open_stderr(weft_stream **stream) { return open_output(2, stream); }
