/*
 * Streams that speak TLS on WASI, natively: wasi/tls over a connection that is
 * made up. In whatever pieces bytes come and go, whatever the peer does and
 * whichever allocation fails, what is read is a beginning of what was sent, and
 * with an honest peer all of it; the end of the stream tells the truth.
 *
 * The input: the roles (bits: see below); which allocation fails (0: none);
 * then a script, of which each step says how much arrives, how much may be
 * sent, and what the peer does. With a peer that is made up too the rest is
 * what it sends.
 */
#include "tls.h"
#include "allocator.h"
#include "fuzz.h"
#include "stream.h"
#include "tcp.h"
#include "tls/config.h"
#include "tls_identity.h"
#include "tls_wire.h"

#include <weft.h>

enum {             /* the roles */
       SERVER = 1, /* we are the server */
       OLD = 2,    /* the peer speaks TLS 1.2 only */
       RAW = 4,    /* the peer speaks what the input says */
       OTHER_NAME =
           8,      /* a client expects another name than the peer's; a server,
                      a certificate that the peer does not have */
       EARLY = 16, /* the peer's first bytes are here before we start TLS */
};

enum { LARGEST = 20000 };

static unsigned roles;
static input script;
static bool honest; /* nothing has happened that excuses an error */

/* ---- what is sent: the n-th byte of either side */

static unsigned char byte_of_ours(size_t n) { return (unsigned char)(n * 7); }
static unsigned char byte_of_peer(size_t n) { return (unsigned char)(n * 5); }

static size_t we_sent, we_got, peer_sent, peer_got;

/* ---- the peer, which is Mbed TLS without weft's glue */

static mbedtls_ssl_context peer;
static bool peer_shaken, peer_over;

static int peer_send(void *unused, const unsigned char *bytes, size_t size) {
  (void)unused;
  if (!to_us.ended) put(&to_us, bytes, size);
  return (int)size;
}

static int peer_receive(void *unused, unsigned char *place, size_t size) {
  (void)unused;
  size_t got = get(&to_peer, to_peer.size, place, size);
  if (got) return (int)got;
  return ours ? MBEDTLS_ERR_SSL_WANT_READ : 0;
}

/* It goes, saying so or not. */
static void peer_end(bool politely) {
  if (peer_over) return;
  peer_over = true;
  if (politely) {
    mbedtls_ssl_close_notify(&peer);
  } else {
    honest = false;
  }
  to_us.ended = true;
}

static void peer_read(void) {
  unsigned char bytes[1000];
  int rc;
  while ((rc = mbedtls_ssl_read(&peer, bytes, sizeof bytes)) > 0) {
    for (int i = 0; i < rc; i++) CHECK(bytes[i] == byte_of_ours(peer_got++));
  }
  if (rc == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) return;
  if (rc == 0 || rc == MBEDTLS_ERR_SSL_WANT_READ) return;
  if (rc != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) peer_end(false);
}

static void peer_write(size_t size) {
  static unsigned char bytes[LARGEST];
  for (size_t i = 0; i < size; i++) bytes[i] = byte_of_peer(peer_sent + i);
  for (size_t at = 0; at < size;) {
    int rc = mbedtls_ssl_write(&peer, bytes + at, size - at);
    if (rc <= 0) {
      peer_end(false);
      return;
    }
    at += (size_t)rc;
    peer_sent += (size_t)rc;
  }
}

static void peer_go_on(void) {
  if (peer_over) return;
  if (peer_shaken) {
    peer_read();
    if (!script.size) peer_end(true);
    return;
  }
  int rc = mbedtls_ssl_handshake(&peer);
  if (rc == 0) {
    peer_shaken = true;
  } else if (rc != MBEDTLS_ERR_SSL_WANT_READ) {
    peer_end(false);
  }
}

/* ---- the script */

static weft_task *reader;
static weft_stream *stream;
static bool open; /* we have shaken hands */

static void we_write(size_t size) {
  static char bytes[LARGEST];
  for (size_t i = 0; i < size; i++) bytes[i] = (char)byte_of_ours(we_sent + i);
  if (weft_write(stream, bytes, size) == 0) we_sent += size;
}

static void harm(unsigned how, unsigned where) {
  size_t on_its_way = to_us.size - to_us.at;
  honest = false;
  switch (how % 6) {
  case 0: /* a byte is changed on its way, or one comes of itself */
    if (on_its_way)
      to_us.bytes[to_us.at + where % on_its_way] ^= 1 + how / 6;
    else if (!to_us.ended)
      put(&to_us, &where, 1);
    break;
  case 1: /* bytes are lost */
    to_us.size -= where % (on_its_way + 1);
    if (arrived > to_us.size) arrived = to_us.size;
    break;
  case 2: peer_end(false); break;
  case 3: broken = true; break;
  case 4: weft_cancel(reader); break;
  default: weft_abort(stream);
  }
}

static unsigned passes; /* since the script has ended */

/* Who waits for what was lost waits for ever; others must have ended. */
static void lose_patience(void) {
  if (script.size || ++passes < 1000) return;
  CHECK(!honest);
  peer_end(false);
}

static void do_step(void) {
  static const size_t sizes[] = {0, 1, 5, 17, 100, 600, 5000, SIZE_MAX};
  static const size_t permits[] = {0, 1, 300, LARGEST};
  unsigned step = script.size ? next(&script) : 255, size;
  if (step < 255) {
    size = next(&script);
    switch (size % 8) {
    case 0:
      if (peer_shaken && !peer_over) peer_write((step * size) % LARGEST);
      break;
    case 1:
      if (open) we_write((step * size) % LARGEST);
      break;
    case 2: harm(size / 8, step); break;
    default: break;
    }
  }
  if (!(roles & RAW)) peer_go_on();
  lose_patience();
  size_t coming = to_us.size - arrived;
  arrived += sizes[step % 8] < coming ? sizes[step % 8] : coming;
  permit = permits[step / 8 % 4];
}

static bool over;

static int drive(void *arg) {
  (void)arg;
  while (!over) {
    do_step();
    tell_all();
    weft_sleep(0);
  }
  return 0;
}

/* ---- we */

static void nothing(weft__stream *s) { (void)s; }
static void plain_abort(weft__stream *s) {
  weft__tcp_drop((weft__tcp *)s->host);
}
static void plain_read(weft__stream *s, bool on) { (void)s, (void)on; }

/* Of the stream before it speaks TLS. */
static const weft__stream_ops plain = {.read = plain_read,
                                       .shutdown = nothing,
                                       .close = nothing,
                                       .abort = plain_abort};

static weft_tls *client, *server, *peers[2][2]; /* [server][old] */

static int expected_error(int rc) {
  return rc == WEFT_EPROTO || rc == WEFT_ECONNRESET || rc == WEFT_ECERT ||
         rc == WEFT_ENOMEM || rc == WEFT_ECANCELED || rc == WEFT_ECLOSED;
}

static int talk(void *arg) {
  (void)arg;
  const char *name = roles & OTHER_NAME ? "other" : "peer";
  int rc = roles & SERVER ? weft_start_tls(stream, server, NULL)
                          : weft_start_tls(stream, client, name);
  if (rc < 0) {
    if (honest) CHECK(roles & OTHER_NAME && rc == WEFT_ECERT);
    return rc;
  }
  open = true;
  char text[200], bytes[3000];
  CHECK(weft_get_extra_info(stream, "tls_version", text, sizeof text) > 0);
  while ((rc = weft_read(stream, bytes, sizeof bytes)) > 0) {
    for (int i = 0; i < rc; i++) {
      CHECK((unsigned char)bytes[i] == byte_of_peer(we_got++));
    }
  }
  CHECK(rc == 0 || !honest);
  return rc;
}

/* The peer has said that it ends; then what it sent is what we got. */
static void check_end(int rc) {
  CHECK(rc >= 0 || expected_error(rc));
  if (rc < 0) CHECK(weft_errmsg(rc)[0]);
  if (!honest || roles & (RAW | OTHER_NAME)) return;
  CHECK(rc == 0 && we_got == peer_sent);
  peer_read();
  CHECK(peer_got == we_sent);
}

static weft__stream *connect(void) {
  weft_stream_options options = {.limit = 500, .high = 1000};
  weft__stream *s = weft__stream_new(&options);
  ours = (calloc)(1, sizeof *ours);
  ours->stream = s;
  weft__node_init(&ours->input.node);
  weft__node_init(&ours->output.node);
  s->host = (intptr_t)ours;
  s->ops = &plain;
  s->plain = true;
  weft__stream_opened(s);
  stream = weft__record_hold(&s->record);
  return s;
}

/* What has arrived, and was not read, when TLS is started. */
static void come_early(weft__stream *s) {
  if (!(roles & RAW)) peer_go_on();
  size_t size = to_us.size - to_us.at, room;
  char *place = size ? weft__stream_room(s, size, &room) : NULL;
  if (!place) return;
  weft__stream_arrived(s, get(&to_us, to_us.size, place, size));
  arrived = to_us.at;
}

static int run(void *arg) {
  unsigned fails = *(unsigned *)arg;
  weft__stream *s = connect();
  if (roles & EARLY) come_early(s);
  weft_task_options large = {.stack_size = 1 << 20};
  reader = weft_create_task_with(talk, NULL, &large);
  weft_task *driver = weft_create_task_with(drive, NULL, &large);
  weft_sleep(0);
  if (fails) honest = false;
  test_fail_allocation(fails, fails >= 200);
  int rc = weft_await(reader);
  weft_close(stream);
  int closed = weft_wait_closed(stream);
  test_fail_allocation(0, false);
  CHECK(closed == 0 || closed == WEFT_ESTALE || expected_error(closed));
  over = true;
  CHECK(weft_await(driver) == 0);
  CHECK(!ours);
  check_end(rc);
  return 0;
}

/* Made once, as it takes long. */
static void make_contexts(void) {
  weft_tls_options full = {.ca = identity_certificate,
                           .certificate = identity_certificate,
                           .key = identity_key,
                           .alpn = "weft,other"};
  CHECK(weft_tls_client(&full, &client) == 0);
  CHECK(weft_tls_server(&full, &server) == 0);
  for (int old = 0; old < 2; old++) {
    CHECK(weft_tls_client(&full, &peers[0][old]) == 0);
    CHECK(weft_tls_server(&full, &peers[1][old]) == 0);
    if (!old) continue;
    for (int i = 0; i < 2; i++) {
      mbedtls_ssl_conf_max_tls_version(
          &((weft__tls_config *)peers[i][1]->host)->ssl,
          MBEDTLS_SSL_VERSION_TLS1_2);
    }
  }
}

static void peer_begin(void) {
  weft_tls *tls = peers[!(roles & SERVER)][!!(roles & OLD)];
  mbedtls_ssl_init(&peer);
  CHECK(!mbedtls_ssl_setup(&peer, &((weft__tls_config *)tls->host)->ssl));
  if (roles & SERVER) CHECK(!mbedtls_ssl_set_hostname(&peer, "peer"));
  mbedtls_ssl_set_bio(&peer, NULL, peer_send, peer_receive, NULL);
  peer_shaken = peer_over = false;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  if (!client) make_contexts();
  input in = {data, size};
  roles = next(&in);
  unsigned fails = next(&in);
  random_state = 1;
  honest = !(roles & RAW);
  broken = over = open = false;
  passes = 0;
  arrived = permit = we_sent = we_got = peer_sent = peer_got = 0;
  size_t steps = roles & RAW ? next(&in) % 32 : in.size;
  if (steps > in.size) steps = in.size;
  script = (input){in.data, steps};
  peer_begin();
  if (roles & RAW) {
    put(&to_us, in.data + steps, in.size - steps);
    to_us.ended = peer_over = true;
  }
  CHECK(weft_run(run, &fails) == 0);
  mbedtls_ssl_free(&peer);
  wire_free(&to_us);
  wire_free(&to_peer);
  return 0;
}
