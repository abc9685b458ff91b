#include "js_stream.h"

#include "error.h"

#include <emscripten/emscripten.h>

/* From web/library_stream.js. A stream is known by its record's address. */
void weft__js_stream_read(weft__stream *s, bool on);
bool weft__js_stream_write(weft__stream *s, const char *bytes, size_t size);
void weft__js_stream_shutdown(weft__stream *s);
void weft__js_stream_close(weft__stream *s);
void weft__js_stream_abort(weft__stream *s);
int weft__js_stream_info(weft__stream *s, const char *name, char *text,
                         size_t size);

/* Bytes handed to JavaScript in one write: it copies what it cannot send. */
enum { MOST = 256 * 1024 };

/* It takes all; it is busy until all of it has gone to the kernel. */
static size_t write_bytes(weft__stream *s, const char *bytes, size_t size) {
  if (size > MOST) size = MOST;
  if (!weft__js_stream_write(s, bytes, size)) {
    s->busy = true;
    s->in_flight = size;
  }
  return size;
}

const weft__stream_ops weft__js_stream_ops = {
    weft__js_stream_read,  write_bytes,           weft__js_stream_shutdown,
    weft__js_stream_close, weft__js_stream_abort, weft__js_stream_info,
};

const weft__stream_ops weft__js_whole_ops = {
    weft__js_stream_read,  write_bytes,           NULL,
    weft__js_stream_close, weft__js_stream_abort, weft__js_stream_info,
};

/* ---- called by JavaScript */

EMSCRIPTEN_KEEPALIVE char *weft__js_room(weft__stream *s, size_t size) {
  return weft__stream_room(s, size, &size);
}

EMSCRIPTEN_KEEPALIVE void weft__js_arrived(weft__stream *s, size_t size) {
  weft__stream_arrived(s, size);
}

EMSCRIPTEN_KEEPALIVE void weft__js_opened(weft__stream *s) {
  weft__stream_opened(s);
}

EMSCRIPTEN_KEEPALIVE void weft__js_ended(weft__stream *s) {
  weft__stream_ended(s);
}

EMSCRIPTEN_KEEPALIVE void weft__js_written(weft__stream *s) {
  s->in_flight = 0;
  weft__stream_writable(s);
}

/* What is sent in messages is counted by JavaScript. */
EMSCRIPTEN_KEEPALIVE void weft__js_unsent(weft__stream *s, double unsent) {
  s->in_flight = (size_t)unsent;
  weft__stream_flush(s);
}

EMSCRIPTEN_KEEPALIVE void weft__js_lost(weft__stream *s, const char *name,
                                        const char *text) {
  weft__stream_lost(s, name ? weft__js_code(name) : 0, text);
}
