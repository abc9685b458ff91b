/*
 * The connection below TLS, made up: what wasi/tls asks of wasi/tcp.h and of
 * the host.
 */
#ifndef WEFT_TESTS_TLS_WIRE_H
#define WEFT_TESTS_TLS_WIRE_H

#include "fuzz.h"
#include "tcp.h"

/* ---- the wires */

typedef struct wire {
  unsigned char *bytes;
  size_t size, at;
  bool ended;
} wire;

static wire to_us, to_peer;
static size_t arrived;  /* of to_us: how many bytes are there to be read */
static size_t permit;   /* how many we may send */
static bool broken;     /* the connection is */
static weft__tcp *ours; /* NULL: it was dropped */

static void put(wire *w, const void *bytes, size_t size) {
  w->bytes = (realloc)(w->bytes, w->size + size + 1);
  memcpy(w->bytes + w->size, bytes, size);
  w->size += size;
}

static size_t get(wire *w, size_t end, void *place, size_t size) {
  if (size > end - w->at) size = end - w->at;
  if (size) memcpy(place, w->bytes + w->at, size);
  w->at += size;
  return size;
}

static void wire_free(wire *w) {
  (free)(w->bytes);
  *w = (wire){0};
}

/* The peer's bytes have all arrived, and there will be no more. */
static bool at_end(void) { return to_us.ended && arrived == to_us.size; }

/* ---- wasi/tcp.h, as far as TLS needs it */

int weft__tcp_read(weft__tcp *tcp, char *place, size_t size) {
  CHECK(tcp == ours && size > 0);
  size_t got = get(&to_us, arrived, place, size);
  if (got) return (int)got;
  if (broken) return WEFT__TCP_BROKEN;
  return at_end() ? WEFT__TCP_END : WEFT__TCP_AGAIN;
}

int weft__tcp_await_input(weft__tcp *tcp) {
  CHECK(tcp == ours && !weft__linked(&tcp->input.node));
  tcp->in_watch.place = 1;
  return 0;
}

void weft__tcp_forget_input(weft__tcp *tcp) {
  tcp->in_watch.place = 0;
  weft__list_remove(&tcp->input.node);
}

int weft__tcp_permit(weft__tcp *tcp) {
  CHECK(tcp == ours);
  return broken ? -1 : (int)permit;
}

bool weft__tcp_write(weft__tcp *tcp, const char *bytes, size_t size) {
  CHECK(tcp == ours && size <= permit);
  permit -= size;
  put(&to_peer, bytes, size);
  return true;
}

int weft__tcp_await_output(weft__tcp *tcp) {
  CHECK(tcp == ours && !weft__linked(&tcp->output.node));
  tcp->out_watch.place = 1;
  return 0;
}

void weft__tcp_forget_output(weft__tcp *tcp) {
  tcp->out_watch.place = 0;
  weft__list_remove(&tcp->output.node);
}

void weft__tcp_drop(weft__tcp *tcp) {
  CHECK(tcp == ours);
  weft__list_remove(&tcp->input.node);
  weft__list_remove(&tcp->output.node);
  (free)(tcp);
  ours = NULL;
}

int weft__tcp_info(weft__tcp *tcp, const char *name, char *text, size_t size) {
  (void)tcp, (void)name, (void)text, (void)size;
  return -1;
}

static void tell(weft__handle *handle, weft__watch *watch, bool now) {
  if (!now || !watch->place) return;
  CHECK(!weft__linked(&handle->node)); /* it would be made ready twice */
  watch->place = 0;
  weft__ready(handle);
}

/* Tells what has become possible. */
static void tell_all(void) {
  if (ours) {
    bool readable = to_us.at < arrived || at_end() || broken;
    tell(&ours->input, &ours->in_watch, readable);
  }
  if (ours) tell(&ours->output, &ours->out_watch, permit > 0 || broken);
}

/* ---- wasip2.h, as far as wasi/tls/random.c needs it: the same each time */

static uint32_t random_state;

void random_get_random_bytes(uint64_t size, wasip2_list_u8_t *list) {
  list->ptr = (malloc)(size);
  list->len = size;
  for (uint64_t i = 0; i < size; i++) {
    random_state = random_state * 1664525 + 1013904223;
    list->ptr[i] = (uint8_t)(random_state >> 24);
  }
}

void wasip2_list_u8_free(wasip2_list_u8_t *list) { (free)(list->ptr); }

monotonic_clock_instant_t monotonic_clock_now(void) { return 0; }

#endif
