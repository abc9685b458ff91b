/*
 * Writing to streams.
 *
 * Small writes are gathered: what tasks write in one pass of the loop goes to
 * the host together in the next one. A large write on an idle stream goes to
 * the host at once, without a copy in between.
 */
#include "error.h"
#include "stream.h"

enum {
  LARGE = 4096,        /* bytes: not worth gathering */
  GATHERED = 64 * 1024 /* bytes: enough gathered */
};

static void flush_soon(weft__stream *s) {
  if (s->flush.node.next == &s->flush.node) weft__ready(&s->flush);
}

/* Wakes who drains, once there is little enough to send. */
static void unchoke(weft__stream *s) {
  if (!s->choked || weft__stream_unsent(s) > s->low) return;
  s->choked = false;
  weft__stream_wake(&s->drainers);
}

void weft__stream_flush(weft__stream *s) {
  while (!s->busy && weft__buffer_size(&s->out)) {
    size_t sent = s->ops->write(s, weft__buffer_bytes(&s->out),
                                weft__buffer_size(&s->out));
    weft__buffer_consume(&s->out, sent);
  }
  unchoke(s);
  if (s->busy) return;
  if (s->shut && !s->shut_done) {
    s->shut_done = true;
    s->ops->shutdown(s);
  }
  if (s->state == WEFT__STREAM_CLOSING && !s->closed) {
    s->closed = true;
    s->ops->close(s);
  }
}

void weft__stream_writable(weft__stream *s) {
  s->busy = false;
  weft__stream_flush(s);
}

int weft__stream_check_write(weft__stream *s) {
  if (s->state == WEFT__STREAM_LOST) return weft__stream_broken(s);
  if (s->shut) {
    return weft__fail(WEFT_ECLOSED,
                      "written after weft_write_eof, or to a stream that can "
                      "only be read");
  }
  if (s->state == WEFT__STREAM_CLOSING) {
    return weft__fail(WEFT_ECLOSED, "written after weft_close");
  }
  return 0;
}

/* Where bytes are written: 0 or the error. */
static int check_bytes(weft__stream *s) {
  int rc = weft__stream_check_write(s);
  return rc < 0 ? rc : weft__stream_check_bytes(s);
}

static int no_memory(size_t size) {
  return weft__fail(WEFT_ENOMEM, "no memory to write %z bytes", size);
}

static int write_bytes(weft__stream *s, const char *bytes, size_t size) {
  size_t gathered = weft__buffer_size(&s->out), sent = 0;
  if (size >= LARGE && !gathered && !s->busy) {
    sent = s->ops->write(s, bytes, size);
    bytes += sent;
    size -= sent;
  }
  if (!weft__buffer_append(&s->out, bytes, size)) {
    /* What has gone cannot be taken back. */
    if (sent) weft__stream_abort(s, WEFT_ENOMEM, "no memory for the rest");
    return no_memory(size);
  }
  if (s->busy) return 0;
  if (gathered + size >= GATHERED) {
    weft__stream_flush(s);
  } else if (size) {
    flush_soon(s);
  }
  return 0;
}

int weft_write(weft_stream *handle, const void *data, size_t size) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  int rc = check_bytes(s);
  return rc < 0 ? rc : write_bytes(s, data, size);
}

int weft_writelines(weft_stream *handle, const weft_bytes *pieces,
                    size_t count) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  int rc = check_bytes(s);
  if (rc < 0) return rc;
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    if (pieces[i].size > SIZE_MAX - size) return no_memory(SIZE_MAX);
    size += pieces[i].size;
  }
  if (!weft__buffer_reserve(&s->out, size)) return no_memory(size);
  for (size_t i = 0; i < count; i++) {
    weft__buffer_append(&s->out, pieces[i].data, pieces[i].size);
  }
  if (!s->busy) flush_soon(s);
  return 0;
}

int weft_drain(weft_stream *handle) {
  int rc;
  weft__stream *s = weft__stream_begin(handle, &rc);
  if (!s) return rc;
  if (weft__stream_unsent(s) > s->high) weft__stream_flush(s);
  if (s->state == WEFT__STREAM_LOST) return weft__stream_broken(s);
  if (weft__stream_unsent(s) > s->high) s->choked = true;
  if (!s->choked) return 0;
  s->waits++;
  rc = weft__stream_suspend(&s->drainers, "weft_drain");
  s->waits--;
  if (rc >= 0 && s->state == WEFT__STREAM_LOST) rc = weft__stream_broken(s);
  weft__stream_settle(s);
  return rc;
}

int weft_write_eof(weft_stream *handle) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  if (s->shut) return 0;
  int rc = weft__stream_check_write(s);
  if (rc < 0) return rc;
  if (!s->ops->shutdown) {
    return weft__fail(WEFT_ENOTSUP, "the stream cannot end one half only");
  }
  s->shut = true;
  flush_soon(s);
  return 0;
}
