/*
 * Streams that speak TLS: host_stream.h over Mbed TLS over tcp.h.
 *
 * Mbed TLS reads and writes through two callbacks that never wait. What it
 * sends is gathered in `out` and goes to the host when a call into it is over:
 * a flight of the handshake leaves in one piece, which matters because the host
 * has no TCP_NODELAY. Records are read from `raw`, filled by large reads.
 *
 * No function of Mbed TLS is made able to suspend (.tools/mbedtls.sh).
 */
#include "config.h"

#include "../../src/tls.h"
#include "../tcp.h"
#include "buffer.h"
#include "error.h"
#include "stream.h"

#include <mbedtls/error.h>
#include <stdlib.h>
#include <string.h>

enum {
  CHUNK = 4096,            /* room asked for what has arrived */
  READ_ROUND = 256 * 1024, /* bytes, then the others have their turn */
  UNSENT = 64 * 1024,      /* bytes in `out` above which no more is taken */
  BROKEN = -0x0050,        /* MBEDTLS_ERR_NET_CONN_RESET */
};

typedef struct tls_stream {
  weft__tcp *tcp;
  weft__tls_config *config;
  mbedtls_ssl_context ssl;
  bool open;     /* the handshake is done */
  bool notified; /* our goodbye is in `out` */
  weft__buffer out;
  weft__buffer early; /* records that came before TLS was started */
  size_t start, end;  /* of what is in raw */
  char raw[16 * 1024 + 512];
} tls_stream;

static tls_stream *tls_of(weft__stream *s) {
  return ((weft__tcp *)s->host)->tls;
}

/* ---- the callbacks */

static int on_send(void *context, const unsigned char *bytes, size_t size) {
  tls_stream *t = context;
  if (!weft__buffer_append(&t->out, bytes, size)) {
    return MBEDTLS_ERR_SSL_ALLOC_FAILED;
  }
  return (int)size;
}

static int on_receive(void *context, unsigned char *place, size_t size) {
  tls_stream *t = context;
  size_t early = weft__buffer_size(&t->early);
  if (early) {
    if (size > early) size = early;
    memcpy(place, weft__buffer_bytes(&t->early), size);
    weft__buffer_consume(&t->early, size);
    return (int)size;
  }
  if (t->start == t->end) {
    int got = weft__tcp_read(t->tcp, t->raw, sizeof t->raw);
    if (got == WEFT__TCP_AGAIN) return MBEDTLS_ERR_SSL_WANT_READ;
    if (got == WEFT__TCP_END) return 0;
    if (got < 0) return BROKEN;
    t->start = 0;
    t->end = (size_t)got;
  }
  if (size > t->end - t->start) size = t->end - t->start;
  memcpy(place, t->raw + t->start, size);
  t->start += size;
  return (int)size;
}

/* ---- the end */

static void tls_free(tls_stream *t) {
  mbedtls_ssl_free(&t->ssl);
  weft__buffer_free(&t->early);
  weft__buffer_free(&t->out);
  weft__tls_config_release(t->config);
  weft__tcp_drop(t->tcp);
  free(t);
}

static void lose(tls_stream *t, int code, const char *text) {
  weft__stream *s = t->tcp->stream;
  tls_free(t);
  weft__stream_lost(s, code, text);
}

enum {
  FIRST_OF_CERTIFICATE = 42,
  LAST_OF_CERTIFICATE = 49,
  NO_CERTIFICATE = 116
};

static void lose_by_alert(tls_stream *t) {
  int alert = t->ssl.MBEDTLS_PRIVATE(in_msg)[1];
  bool certificate =
      (alert >= FIRST_OF_CERTIFICATE && alert <= LAST_OF_CERTIFICATE) ||
      alert == NO_CERTIFICATE;
  char text[96];
  weft__format(text, sizeof text, "TLS: the peer refuses %s (alert %d)",
               certificate ? "our certificate" : "to go on", alert);
  lose(t, certificate ? WEFT_ECERT : WEFT_EPROTO, text);
}

static void lose_by_certificate(tls_stream *t) {
  char why[256], text[320];
  why[0] = 0;
  mbedtls_x509_crt_verify_info(why, sizeof why, "",
                               mbedtls_ssl_get_verify_result(&t->ssl));
  for (char *p = why; (p = strchr(p, '\n'));) *p = p[1] ? ';' : 0;
  weft__format(text, sizeof text, "the peer's certificate was refused: %s",
               *why ? why : "there is none");
  lose(t, WEFT_ECERT, text);
}

/* Ends the stream by an error of Mbed TLS. */
static void fail(tls_stream *t, int error) {
  char why[128], text[160];
  switch (error) {
  case 0:
  case MBEDTLS_ERR_SSL_CONN_EOF:
    lose(t, WEFT_ECONNRESET,
         t->open ? "the connection was cut off: TLS was not closed"
                 : "the peer closed the connection during the TLS handshake");
    break;
  case BROKEN: lose(t, WEFT_ECONNRESET, NULL); break;
  case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: lose_by_alert(t); break;
  case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
  case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED: lose_by_certificate(t); break;
  case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    lose(t, WEFT_ENOMEM, "no memory for TLS");
    break;
  default:
    mbedtls_strerror(error, why, sizeof why);
    weft__format(text, sizeof text, "TLS: %s", why);
    lose(t, WEFT_EPROTO, text);
  }
}

/* ---- moving bytes */

/* A handle is awaited or ready, never both: it would be made ready twice. */

static void input_soon(tls_stream *t) {
  if (weft__linked(&t->tcp->input.node)) return;
  weft__tcp_forget_input(t->tcp);
  weft__ready(&t->tcp->input);
}

static void output_soon(tls_stream *t) {
  if (weft__linked(&t->tcp->output.node)) return;
  weft__tcp_forget_output(t->tcp);
  weft__ready(&t->tcp->output);
}

static void await_output(tls_stream *t) {
  if (weft__linked(&t->tcp->output.node)) return;
  if (weft__tcp_await_output(t->tcp) < 0) output_soon(t);
}

static bool await_input(tls_stream *t) {
  if (weft__linked(&t->tcp->input.node)) return true;
  if (weft__tcp_await_input(t->tcp) == 0) return true;
  lose(t, WEFT_ENOMEM, "no memory for TLS");
  return false;
}

/* Sends what is gathered: false when the connection is broken. */
static bool flush(tls_stream *t) {
  for (size_t size; (size = weft__buffer_size(&t->out));) {
    int permit = weft__tcp_permit(t->tcp);
    if (permit < 0) return false;
    if (permit == 0) {
      await_output(t);
      return true;
    }
    if (size > (size_t)permit) size = (size_t)permit;
    if (!weft__tcp_write(t->tcp, weft__buffer_bytes(&t->out), size)) {
      return false;
    }
    weft__buffer_consume(&t->out, size);
  }
  return true;
}

static void shake_hands(tls_stream *t) {
  int rc = mbedtls_ssl_handshake(&t->ssl);
  bool sent = flush(t);
  if (rc == MBEDTLS_ERR_SSL_WANT_READ && sent) {
    await_input(t);
  } else if (rc) {
    fail(t, sent || rc != MBEDTLS_ERR_SSL_WANT_READ ? rc : BROKEN);
  } else {
    t->open = true;
    weft__stream_opened(t->tcp->stream);
  }
}

/*
 * Reads what is there. Returns 0 when there is no more now, else an error of
 * Mbed TLS. The stream may be gone when *gone is set.
 */
static int read_all(tls_stream *t, bool *gone) {
  size_t round = 0;
  while (t->tcp->reading && round < READ_ROUND) {
    size_t size;
    weft__stream *s = t->tcp->stream;
    size_t least = s->direct && s->direct_size >= CHUNK ? 1 : CHUNK;
    char *place = weft__stream_room(s, least, &size);
    *gone = !place;
    if (!place) return 0;
    int got = mbedtls_ssl_read(&t->ssl, (unsigned char *)place, size);
    if (got == MBEDTLS_ERR_SSL_WANT_READ) return 0;
    if (got == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) continue;
    if (got == 0) return MBEDTLS_ERR_SSL_CONN_EOF;
    if (got < 0) return got;
    weft__stream_arrived(s, (size_t)got);
    round += (size_t)got;
  }
  /* Mbed TLS may hold more that the host knows nothing of. */
  if (t->tcp->reading) input_soon(t);
  return 0;
}

static void on_input(weft__handle *handle) {
  tls_stream *t = weft__container(handle, weft__tcp, input)->tls;
  if (!t->open) {
    shake_hands(t);
    return;
  }
  bool gone = false;
  int rc = read_all(t, &gone);
  if (gone) return;
  if (rc == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
    t->tcp->reading = false;
    weft__stream_ended(t->tcp->stream);
  } else if (rc) {
    flush(t); /* an alert says why */
    fail(t, rc);
    return;
  } else if (t->tcp->reading && !await_input(t)) {
    return;
  }
  if (weft__buffer_size(&t->out) && !flush(t)) output_soon(t);
}

static void on_output(weft__handle *handle) {
  tls_stream *t = weft__container(handle, weft__tcp, output)->tls;
  weft__stream *s = t->tcp->stream;
  if (t->tcp->failed || !flush(t)) {
    bool gone = false;
    int rc = t->open ? read_all(t, &gone) : 0; /* what came before */
    if (!gone)
      fail(t, rc && rc != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? rc : BROKEN);
  } else if (weft__buffer_size(&t->out)) {
    return; /* it runs again */
  } else if (t->tcp->closing) {
    lose(t, 0, NULL);
  } else if (!t->open) {
    shake_hands(t);
  } else if (s->busy) {
    s->in_flight = 0;
    weft__stream_writable(s);
  }
}

/* ---- what a stream can do */

static void read_op(weft__stream *s, bool on) {
  weft__tcp *tcp = tls_of(s)->tcp;
  tcp->reading = on;
  if (!on) {
    weft__tcp_forget_input(tcp);
  } else {
    input_soon(tls_of(s)); /* something may be here already */
  }
}

static size_t write_op(weft__stream *s, const char *bytes, size_t size) {
  tls_stream *t = tls_of(s);
  size_t taken = 0;
  while (taken < size && weft__buffer_size(&t->out) < UNSENT) {
    int rc = mbedtls_ssl_write(&t->ssl, (const unsigned char *)bytes + taken,
                               size - taken);
    if (rc <= 0) {
      t->tcp->failed = true;
      break;
    }
    taken += (size_t)rc;
  }
  if (!t->tcp->failed && !flush(t)) t->tcp->failed = true;
  if (t->tcp->failed) output_soon(t);
  s->in_flight = weft__buffer_size(&t->out);
  s->busy = s->in_flight || t->tcp->failed;
  return taken;
}

/* A goodbye, behind what was written. */
static void notify(tls_stream *t) {
  if (t->notified || !t->open) return;
  t->notified = true;
  if (mbedtls_ssl_close_notify(&t->ssl) || !flush(t)) t->tcp->failed = true;
}

static void shutdown_op(weft__stream *s) {
  tls_stream *t = tls_of(s);
  notify(t);
  if (t->tcp->failed) output_soon(t);
}

static void close_op(weft__stream *s) {
  tls_stream *t = tls_of(s);
  t->tcp->reading = false;
  weft__tcp_forget_input(t->tcp);
  notify(t);
  t->tcp->closing = true;
  t->tcp->failed = false; /* it ends either way */
  output_soon(t);
}

static void abort_op(weft__stream *s) { tls_free(tls_of(s)); }

static int info_op(weft__stream *s, const char *name, char *text, size_t size) {
  tls_stream *t = tls_of(s);
  const char *value = NULL;
  char subject[256];
  if (t->open && !strcmp(name, "tls_version")) {
    value = mbedtls_ssl_get_version(&t->ssl);
  } else if (t->open && !strcmp(name, "cipher")) {
    value = mbedtls_ssl_get_ciphersuite(&t->ssl);
  } else if (t->open && !strcmp(name, "alpn")) {
    value = mbedtls_ssl_get_alpn_protocol(&t->ssl);
  } else if (t->open && !strcmp(name, "peercert")) {
    const mbedtls_x509_crt *peer = mbedtls_ssl_get_peer_cert(&t->ssl);
    if (peer &&
        mbedtls_x509_dn_gets(subject, sizeof subject, &peer->subject) >= 0) {
      value = subject;
    }
  } else {
    return weft__tcp_info(t->tcp, name, text, size);
  }
  if (!value) return -1;
  if (size) weft__format(text, size, "%s", value);
  return (int)strlen(value);
}

static const weft__stream_ops ops = {.read = read_op,
                                     .write = write_op,
                                     .shutdown = shutdown_op,
                                     .close = close_op,
                                     .abort = abort_op,
                                     .info = info_op};

/* ---- the beginning */

int weft__host_tls_start(weft__stream *s, const struct weft_tls *tls,
                         const char *server_name) {
  tls_stream *t = calloc(1, sizeof *t);
  if (!t) return weft__fail(WEFT_ENOMEM, "no memory for TLS");
  t->config = (weft__tls_config *)tls->host;
  t->config->references++;
  mbedtls_ssl_init(&t->ssl);
  if (mbedtls_ssl_setup(&t->ssl, &t->config->ssl) ||
      (server_name && mbedtls_ssl_set_hostname(&t->ssl, server_name))) {
    mbedtls_ssl_free(&t->ssl);
    weft__tls_config_release(t->config);
    free(t);
    return weft__fail(WEFT_ENOMEM,
                      "no memory for TLS, or the name %s is too "
                      "long",
                      server_name ? server_name : "");
  }
  mbedtls_ssl_set_bio(&t->ssl, t, on_send, on_receive, NULL);
  weft__tcp *tcp = (weft__tcp *)s->host;
  t->tcp = tcp;
  t->early = s->in;
  s->in = (weft__buffer){0};
  tcp->tls = t;
  tcp->input.run = on_input;
  tcp->output.run = on_output;
  s->ops = &ops;
  output_soon(t); /* shakes hands from the loop */
  return 0;
}
