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

static int open_stdio(int fd, weft_stream **stream) {
  *stream = NULL;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (open_now[fd]) {
    return weft__fail(WEFT_EALREADY, "it is open as a stream already");
  }
  weft__stream *s = weft__stream_new(NULL);
  if (!s) return WEFT_ENOMEM;
  int rc = weft__host_open_stdio(s, fd);
  if (rc < 0) {
    weft__stream_lost(s, rc, NULL); /* frees it: the host never knew it */
    return rc;
  }
  open_now[fd] = s;
  s->freed = freed;
  s->state = WEFT__STREAM_OPEN;
  if (fd == 0) {
    weft__stream_pace(s);
  } else {
    s->ended = true; /* nothing is to be read */
  }
  *stream = weft__record_hold(&s->record);
  return 0;
}

int weft_open_stdin(weft_stream **stream) { return open_stdio(0, stream); }
int weft_open_stdout(weft_stream **stream) { return open_stdio(1, stream); }
int weft_open_stderr(weft_stream **stream) { return open_stdio(2, stream); }
