/* One job as one HTTP/1.1 request: what remote.h and job_wire.h describe. */
#include "error.h"
#include "job_wire.h"
#include "remote.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

enum {
  HEAD_SIZE = 1024,
  PIECE = 256 * 1024, /* written before the buffer is drained */
  PRINT_SIZE = 4096,
  LINE_MOST = 200, /* of a refusal's text */
};

/* The body of an answer: `left` bytes, or as many chunks as come. */
typedef struct body {
  weft_stream *stream;
  bool chunked, ended;
  uint64_t left;
} body;

static bool is_server_away(int rc) {
  return rc == WEFT_ECONNREFUSED || rc == WEFT_EUNREACH ||
         rc == WEFT_ETIMEDOUT || rc == WEFT_ENOTFOUND || rc == WEFT_ECONNRESET;
}

static void say(weft__request *r, int rc, const char *text) {
  r->outcome.rc = rc;
  weft__format(r->text, sizeof r->text, "job '%s': %s", r->call.job->name,
               text);
}

/* ---- sending */

static int send_head(weft__remote *remote, weft__server *s, weft_stream *stream,
                     const weft__request *r) {
  char head[HEAD_SIZE], port[16];
  weft__format(port, sizeof port, ":%d", s->port);
  weft__format(head, sizeof head,
               "POST %s" WEFT__JOB_PATH "%s HTTP/1.1\r\n"
               "host: %s%s\r\n"
               "authorization: Bearer %s\r\n"
               "weft-build: %s\r\n"
               "weft-items: %d\r\n"
               "content-length: %z\r\n\r\n",
               s->path, r->call.job->name, s->host,
               s->port == (s->secure ? 443 : 80) ? "" : port,
               remote->token ? remote->token : "", weft__build_id(),
               (int)r->call.items, r->call.size);
  if (strlen(head) + 1 == sizeof head) {
    return weft__fail(WEFT_EINVAL, "the URL or the token is too long");
  }
  return weft_write(stream, head, strlen(head));
}

static int send_input(weft_stream *stream, const weft__call *call) {
  const char *next = call->input;
  for (size_t left = call->size; left > 0;) {
    size_t size = left < PIECE ? left : PIECE;
    int rc = weft_write(stream, next, size);
    if (rc >= 0 && left > PIECE) rc = weft_drain(stream);
    if (rc < 0) return rc;
    next += size;
    left -= size;
  }
  return 0;
}

/* ---- the head of the answer */

/* The value of a header field, name in small letters; NULL: there is none. */
static const char *field(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = head; (line = strchr(line, '\n'));) {
    line++;
    size_t i = 0;
    while (i < length && (line[i] | 0x20) == (name[i] | 0x20)) i++;
    if (i != length || line[i] != ':') continue;
    const char *value = line + i + 1;
    while (*value == ' ' || *value == '\t') value++;
    return value;
  }
  return NULL;
}

/* Returns the status, 0 when the server has closed before any answer. */
static int read_head(body *b, bool *keep) {
  char *head;
  int rc = weft_readuntil(b->stream, "\r\n\r\n", 4, &head);
  if (rc == WEFT_EINCOMPLETE && !weft_partial(b->stream)) return 0;
  if (rc < 0) return rc;
  if (strncmp(head, "HTTP/1.", 7) != 0 || rc < 13) return WEFT_EPROTO;
  const char *length = field(head, "content-length");
  const char *coding = field(head, "transfer-encoding");
  const char *connection = field(head, "connection");
  b->chunked = coding && !strncmp(coding, "chunked", 7);
  b->left = length ? strtoull(length, NULL, 10) : b->chunked ? 0 : UINT64_MAX;
  b->ended = !b->chunked && !b->left;
  *keep = (b->chunked || length) && head[7] == '1' &&
          !(connection && !strncmp(connection, "close", 5));
  return atoi(head + 9);
}

/* ---- its body */

/* Goes on to the next chunk: how many bytes there are, 0 at the end. */
static int begin_chunk(body *b) {
  char *line;
  int rc = weft_readline(b->stream, &line);
  if (rc <= 0) return rc < 0 ? rc : WEFT_EINCOMPLETE;
  b->left = strtoull(line, NULL, 16);
  b->ended = b->left == 0;
  if (!b->ended) return 1;
  do rc = weft_readline(b->stream, &line); /* trailers */
  while (rc > 2);
  return rc < 0 ? rc : 0;
}

static int end_chunk(body *b) {
  char *line;
  int rc = b->chunked && !b->left ? weft_readline(b->stream, &line) : 1;
  return rc > 0 ? 0 : rc < 0 ? rc : WEFT_EINCOMPLETE;
}

/* Reads so many bytes, all or an error. */
static int read_body(body *b, void *data, size_t size) {
  char *place = data;
  while (size > 0) {
    int rc = b->chunked && !b->left && !b->ended ? begin_chunk(b) : 1;
    if (rc < 0) return rc;
    if (!b->left) return WEFT_EINCOMPLETE; /* the body is over */
    size_t part = size < b->left ? size : (size_t)b->left;
    rc = weft_readexactly(b->stream, place, part);
    if (rc < 0) return rc;
    b->left -= part;
    place += part;
    size -= part;
    rc = end_chunk(b);
    if (rc < 0) return rc;
  }
  return 0;
}

/* Reads to the end, so that the connection can be used again. */
static int finish_body(body *b) {
  if (!b->chunked) return b->left == 0 ? 0 : WEFT_EPROTO;
  int rc = b->ended ? 0 : begin_chunk(b);
  return rc > 0 ? WEFT_EPROTO : rc;
}

/* ---- frames */

static int print(body *b, int fd, size_t size) {
  char bytes[PRINT_SIZE];
  while (size > 0) {
    size_t part = size < sizeof bytes ? size : sizeof bytes;
    int rc = read_body(b, bytes, part);
    if (rc < 0) return rc;
    weft__host_print(fd, bytes, part);
    size -= part;
  }
  return 0;
}

static int read_done(body *b, weft__request *r, size_t size) {
  weft__frame_done done;
  if (size < sizeof done) return WEFT_EPROTO;
  int rc = read_body(b, &done, sizeof done);
  if (rc < 0) return rc;
  size -= sizeof done;
  if (done.message_size > size || done.message_size >= sizeof r->text) {
    return WEFT_EPROTO;
  }
  rc = read_body(b, r->text, done.message_size);
  if (rc < 0) return rc;
  r->text[done.message_size] = 0;
  size -= done.message_size;
  r->outcome.rc = done.rc;
  if (!size) return 0;
  r->outcome.output.data = malloc(size);
  if (!r->outcome.output.data) {
    say(r, WEFT_ENOMEM, "no memory for its output");
    return WEFT_ENOMEM;
  }
  r->outcome.output.size = size;
  return read_body(b, r->outcome.output.data, size);
}

static int read_frames(body *b, weft__request *r) {
  for (;;) {
    weft__frame frame;
    int rc = read_body(b, &frame, sizeof frame);
    if (rc < 0) return rc;
    switch (frame.kind) {
    case WEFT__FRAME_STDOUT:
    case WEFT__FRAME_STDERR: rc = print(b, (int)frame.kind, frame.size); break;
    case WEFT__FRAME_ALIVE: rc = frame.size ? WEFT_EPROTO : 0; break;
    case WEFT__FRAME_DONE: return read_done(b, r, frame.size);
    default: return WEFT_EPROTO;
    }
    if (rc < 0) return rc;
  }
}

/* ---- refusals */

static weft__fate refused(body *b, weft__request *r, int status) {
  static const struct {
    int status, code;
  } codes[] = {{401, WEFT_EACCES}, {403, WEFT_EACCES},   {404, WEFT_ENOTFOUND},
               {409, WEFT_EPROTO}, {413, WEFT_ELIMIT},   {400, WEFT_EINVAL},
               {500, WEFT_ETRAP},  {504, WEFT_ETIMEDOUT}};
  if (status == 502 || status == 503 || status == 429) return WEFT__NOT_BEGUN;
  char line[LINE_MOST + 1];
  size_t size = 0;
  while (size < LINE_MOST && read_body(b, line + size, 1) == 0 &&
         line[size] != '\n') {
    size++;
  }
  line[size] = 0;
  int code = WEFT_EPROTO;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (codes[i].status == status) code = codes[i].code;
  }
  char text[LINE_MOST + 60];
  weft__format(text, sizeof text, "the server has answered %d: %s", status,
               size ? line : "it gives no reason");
  say(r, code, text);
  return WEFT__ANSWERED;
}

/* The connection broke, or what came makes no sense. */
static weft__fate broken(weft__request *r, int rc, bool begun) {
  free(r->outcome.output.data);
  r->outcome.output = (weft_output){0};
  if (rc == WEFT_ECANCELED) return WEFT__GIVEN_UP;
  if (rc == WEFT_ENOMEM) {
    say(r, rc, "no memory for its output, or for sending its input");
    return WEFT__ANSWERED;
  }
  if (rc == WEFT_EPROTO || rc == WEFT_ELIMIT) {
    say(r, rc, "what answers at its URL is no weft program");
    return WEFT__ANSWERED;
  }
  if (!begun) {
    say(r, rc, weft_errmsg(rc));
    return WEFT__NOT_BEGUN;
  }
  say(r, WEFT_ETRAP,
      "its server ended it without a result: it trapped, "
      "reached the server's limits, or the server went away (the server's log "
      "tells)");
  return WEFT__UNKNOWN;
}

/* ---- all of it */

static weft__fate talk(weft__remote *remote, weft__server *s, body *b,
                       weft__request *r, bool *keep) {
  int rc = send_head(remote, s, b->stream, r);
  if (rc < 0) return broken(r, rc, false);
  rc = send_input(b->stream, &r->call);
  if (rc == WEFT_ECANCELED) return WEFT__GIVEN_UP;
  /* When sending has failed a refusal may be there to read all the same. */
  int status = read_head(b, keep);
  if (status <= 0) return broken(r, status ? status : WEFT_ECONNRESET, true);
  if (status != 200) {
    *keep = false;
    return refused(b, r, status);
  }
  rc = read_frames(b, r);
  if (rc >= 0) rc = finish_body(b);
  return rc < 0 ? broken(r, rc, true) : WEFT__ANSWERED;
}

/* A connection that waits for us and that the server has not closed. */
static weft_stream *take_kept(weft__server *s) {
  while (s->kept_count) {
    weft_stream *stream = s->kept[--s->kept_count];
    if (!weft_is_closing(stream) && !weft_at_eof(stream)) return stream;
    weft_stream_release(stream);
  }
  return NULL;
}

static int open_one(weft__remote *remote, weft__server *s,
                    weft_stream **stream) {
  weft_stream_options options = {.timeout = 10,
                                 .tls = s->secure ? remote->tls : NULL};
  return weft_open_connection(s->host, s->port, &options, stream);
}

weft__fate weft__remote_request(weft__remote *remote, weft__server *s,
                                weft__request *r) {
  body b = {.stream = take_kept(s)};
  r->outcome = (weft__outcome){0};
  r->text[0] = 0;
  if (!b.stream) {
    int rc = open_one(remote, s, &b.stream);
    if (rc == WEFT_ECANCELED) return WEFT__GIVEN_UP;
    if (rc < 0) {
      say(r, rc, weft_errmsg(rc));
      return is_server_away(rc) ? WEFT__NOT_BEGUN : WEFT__ANSWERED;
    }
  }
  bool keep = false;
  weft__fate fate = talk(remote, s, &b, r, &keep);
  if (fate == WEFT__ANSWERED && keep && s->kept_count < WEFT__KEPT) {
    s->kept[s->kept_count++] = b.stream;
  } else {
    weft_abort(b.stream);
    weft_stream_release(b.stream);
  }
  return fate;
}
