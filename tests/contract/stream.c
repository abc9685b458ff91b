/*
 * A client that does what its arguments say and prints what each call gave:
 *
 *   stream connect 127.0.0.1 PORT write 'hello\n' line close wait
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weft.h>

static char **words; /* what is left of the arguments */
static weft_stream *stream;
static weft_stream_options options;
static weft_tls_options tls_options;
static weft_tls *tls;
static weft_fetch_options fetch_options;

enum { NOT_MINE = 1 << 30 }; /* an answer: the word is another function's */

static const char *word(void) { return *words ? *words++ : ""; }
static size_t number(void) { return strtoul(word(), NULL, 10); }

/* The next word with \n, \r and \0 as in C. */
static size_t text(char *to) {
  char *start = to;
  for (const char *w = word(); *w; w++) {
    if (*w == '\\') {
      w++;
      *to++ = *w == 'n' ? '\n' : *w == 'r' ? '\r' : *w == '0' ? 0 : *w;
    } else {
      *to++ = *w;
    }
  }
  return (size_t)(to - start);
}

static void show_text(const char *data, size_t size) {
  for (size_t i = 0; i < size && i < 60; i++) {
    if (data[i] == '\n') {
      fputs("\\n", stdout);
    } else if (data[i] == '\r') {
      fputs("\\r", stdout);
    } else {
      putchar(data[i]);
    }
  }
  if (size > 60) printf("... %zu", size);
}

/* Prints a result, and the bytes that came with it. */
static int show(const char *op, int rc, const char *data) {
  printf("%s: ", op);
  if (rc < 0) {
    if (rc == WEFT_ECONNRESET) fprintf(stderr, "%s\n", weft_errmsg(rc));
    printf("%s", weft_error_name(rc));
    if (rc == WEFT_EINCOMPLETE) {
      printf(" after ");
      show_text(data, (size_t)weft_partial(stream));
    }
  } else if (data) {
    printf("%d ", rc);
    show_text(data, (size_t)rc);
  } else {
    printf("%d", rc);
  }
  printf("\n");
  fflush(stdout);
  return rc;
}

static int do_connect(void) {
  const char *host = word();
  int port = (int)number();
  options.tls = tls;
  int rc = weft_open_connection(host, port, &options, &stream);
  show("connect", rc, NULL);
  if (rc < 0) fprintf(stderr, "%s\n", weft_errmsg(rc));
  return rc;
}

static int do_unix(void) {
  int rc = weft_open_unix_connection(word(), &options, &stream);
  show("unix", rc, NULL);
  if (rc < 0) fprintf(stderr, "%s\n", weft_errmsg(rc));
  return rc;
}

/* Two words in one call. */
static int do_writelines(void) {
  char first[100], second[100];
  size_t sizes[] = {text(first), text(second)};
  weft_bytes pieces[] = {{first, sizes[0]}, {second, sizes[1]}};
  return weft_writelines(stream, pieces, 2);
}

static int do_fill(size_t size) {
  char *data = malloc(size);
  for (size_t i = 0; i < size; i++) data[i] = (char)('a' + i % 26);
  int rc = weft_write(stream, data, size);
  free(data);
  return rc;
}

/* A request; its body is the stream there is, if that is asked for. */
static int do_fetch(bool with_stream) {
  fetch_options.body_stream = with_stream ? stream : NULL;
  int rc = weft_fetch(word(), &fetch_options, &stream);
  show("fetch", rc, NULL);
  if (rc < 0) fprintf(stderr, "%s\n", weft_errmsg(rc));
  return rc;
}

/* A request beside the stream that there is. */
static int do_fetch_beside(const char *url) {
  weft_stream *other;
  int rc = weft_fetch(url, NULL, &other);
  show("beside", rc, NULL);
  return rc < 0 ? rc : weft_stream_release(other);
}

/* Reads to the end, and prints how many bytes there were. */
static int do_count(void) {
  static char data[65536];
  size_t total = 0;
  int rc;
  while ((rc = weft_read(stream, data, sizeof data)) > 0) total += (size_t)rc;
  printf("count: %zu %s\n", total, weft_error_name(rc));
  return 0;
}

/* Writes and drains so many bytes, 64 KiB at a time; the bytes that went. */
static int do_pour(size_t size) {
  static char data[65536];
  size_t total = 0;
  int rc = 0;
  while (total < size && rc >= 0) {
    size_t piece = size - total < sizeof data ? size - total : sizeof data;
    rc = weft_write(stream, data, piece);
    if (rc >= 0) total += piece;
    if (rc >= 0) rc = weft_drain(stream);
  }
  printf("pour: %zu %s, memory %zu\n", total, weft_error_name(rc),
         (size_t)sbrk(0));
  return rc == WEFT_ECANCELED ? rc : 0;
}

static int do_request(const char *op) {
  static weft_header headers[8];
  if (!strcmp(op, "fetch")) return do_fetch(false);
  if (!strcmp(op, "send")) return do_fetch(true);
  if (!strcmp(op, "beside")) return do_fetch_beside(word());
  if (!strcmp(op, "method")) {
    fetch_options.method = word();
  } else if (!strcmp(op, "header")) {
    headers[fetch_options.header_count].name = word();
    headers[fetch_options.header_count++].value = word();
    fetch_options.headers = headers;
  } else if (!strcmp(op, "body")) {
    fetch_options.body = word();
    fetch_options.body_size = strlen(fetch_options.body);
  } else if (!strcmp(op, "no_redirects")) {
    fetch_options.no_redirects = true;
  } else if (!strcmp(op, "hurry")) {
    fetch_options.timeout = atof(word());
  } else {
    return NOT_MINE;
  }
  return 0;
}

static int read_file(const char *path, const char **text_) {
  char *data;
  int rc = weft_read_file(path, &data);
  if (rc < 0) fprintf(stderr, "%s\n", weft_errmsg(rc));
  *text_ = rc < 0 ? NULL : data;
  return rc;
}

static int do_tls(const char *op) {
  if (!strcmp(op, "ca")) return read_file(word(), &tls_options.ca);
  if (!strcmp(op, "cert")) return read_file(word(), &tls_options.certificate);
  if (!strcmp(op, "key")) return read_file(word(), &tls_options.key);
  if (!strcmp(op, "alpn")) return (tls_options.alpn = word()), 0;
  if (!strcmp(op, "name")) return (options.server_name = word()), 0;
  if (!strcmp(op, "insecure")) {
    tls_options.insecure_no_verification = true;
    return 0;
  }
  if (strcmp(op, "tls") != 0) return NOT_MINE;
  return show(op, weft_tls_client(&tls_options, &tls), NULL);
}

static int do_read(const char *op) {
  static char buffer[1 << 20];
  char *data = buffer;
  int rc;
  if (!strcmp(op, "line")) {
    rc = weft_readline(stream, &data);
  } else if (!strcmp(op, "until")) {
    size_t size = text(buffer);
    char separator[100];
    memcpy(separator, buffer, size);
    rc = weft_readuntil(stream, separator, size, &data);
  } else if (!strcmp(op, "exactly")) {
    rc = weft_readexactly(stream, buffer, number());
  } else if (!strcmp(op, "read")) {
    rc = weft_read(stream, buffer, number());
  } else if (!strcmp(op, "all")) {
    rc = weft_readall(stream, number(), &data);
  } else if (!strcmp(op, "peek")) {
    rc = weft_peek(stream, (const char **)&data);
  } else if (!strcmp(op, "info")) {
    rc = weft_get_extra_info(stream, word(), buffer, sizeof buffer);
  } else {
    return NOT_MINE;
  }
  show(op, rc, data);
  return 0;
}

static int do_one(const char *op) {
  char data[4096];
  if (!strcmp(op, "connect")) return do_connect();
  if (!strcmp(op, "unix")) return do_unix();
  if (!strcmp(op, "limit")) return (int)(options.limit = number());
  if (!strcmp(op, "high")) return (int)(options.high = number());
  if (!strcmp(op, "patience")) return options.timeout = atof(word()), 0;
  if (!strcmp(op, "local")) return (options.local_host = word()), 0;
  if (!strcmp(op, "local_port")) return (options.local_port = (int)number()), 0;
  if (!strcmp(op, "delay")) {
    options.happy_eyeballs_delay = atof(word());
    return 0;
  }
  if (!strcmp(op, "sleep")) return weft_sleep(atof(word()));
  if (!strcmp(op, "count")) return do_count();
  if (!strcmp(op, "pour")) return do_pour(number());
  int rc = do_tls(op);
  if (rc != NOT_MINE) return rc < 0 ? rc : 0;
  if (do_read(op) != NOT_MINE || do_request(op) != NOT_MINE) return 0;
  if (!strcmp(op, "write")) {
    rc = weft_write(stream, data, text(data));
  } else if (!strcmp(op, "writelines")) {
    rc = do_writelines();
  } else if (!strcmp(op, "fill")) {
    rc = do_fill(number());
  } else if (!strcmp(op, "consume")) {
    rc = weft_consume(stream, number());
  } else if (!strcmp(op, "drain")) {
    rc = weft_drain(stream);
  } else if (!strcmp(op, "eof")) {
    rc = weft_write_eof(stream);
  } else if (!strcmp(op, "at_eof")) {
    rc = weft_at_eof(stream);
  } else if (!strcmp(op, "close")) {
    rc = weft_close(stream);
  } else if (!strcmp(op, "abort")) {
    rc = weft_abort(stream);
  } else if (!strcmp(op, "wait")) {
    rc = weft_wait_closed(stream);
  } else if (!strcmp(op, "release")) {
    rc = weft_stream_release(stream);
  } else if (!strcmp(op, "start_tls")) {
    rc = weft_start_tls(stream, tls, word());
    if (rc < 0) fprintf(stderr, "%s\n", weft_errmsg(rc));
  } else {
    fprintf(stderr, "unknown word '%s'\n", op);
    exit(2);
  }
  show(op, rc, NULL);
  return 0;
}

/* "within S OP": the op under a timeout, which cancels it. */
static int do_words(void *arg) {
  (void)arg;
  while (*words) {
    const char *op = word();
    int rc;
    if (!strcmp(op, "within")) {
      weft_timeout scope;
      weft_timeout_begin(&scope, atof(word()));
      rc = weft_timeout_end(&scope, do_one(word()));
      if (weft_timeout_expired(&scope)) {
        printf("within: expired\n");
        rc = 0;
      }
    } else {
      rc = do_one(op);
    }
    if (rc < 0) break;
  }
  return 0;
}

int main(int argc, char **argv) {
  (void)argc;
  words = argv + 1;
  int rc = weft_run(do_words, NULL);
  weft_tls_free(tls);
  free((void *)tls_options.ca);
  free((void *)tls_options.certificate);
  free((void *)tls_options.key);
  return rc < 0;
}
