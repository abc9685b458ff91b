/* WebSockets: streams of messages. */
#include "error.h"
#include "host_websocket.h"
#include "stream.h"

#include <limits.h>
#include <string.h>
#include <weft/timeout.h>
#include <weft/websocket.h>

enum { LONGEST_REASON = 123 };

static const weft_websocket_options defaults;

static int connect(weft__stream *s, const char *url, const char *protocols) {
  int rc = weft__host_websocket(s, url, protocols);
  return rc < 0 ? rc : weft__stream_wait_opened(s, "weft_websocket_connect");
}

int weft_websocket_connect(const char *url,
                           const weft_websocket_options *options,
                           weft_stream **socket) {
  *socket = NULL;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (!url || !*url) return weft__fail(WEFT_EINVAL, "there is no URL");
  if (!options) options = &defaults;
  weft_stream_options limits = {.high = options->high, .low = options->low};
  weft__stream *s = weft__stream_new(&limits);
  if (!s) return WEFT_ENOMEM;
  s->messages = "messages";
  weft_timeout scope;
  double seconds = options->timeout > 0 ? options->timeout : WEFT_FOREVER;
  int rc = weft_timeout_begin(&scope, seconds);
  if (rc >= 0) {
    rc = weft_timeout_end(&scope, connect(s, url, options->protocols));
    if (rc == WEFT_ETIMEDOUT && weft_timeout_expired(&scope)) {
      weft__fail(rc, "%s has not answered in time", url);
    }
  }
  if (rc < 0) {
    weft__stream_abort(s, rc, NULL);
    return rc;
  }
  weft__stream_pace(s);
  *socket = weft__record_hold(&s->record);
  return 0;
}

int weft_websocket_receive(weft_stream *handle, weft_message *message) {
  weft__message_head head;
  int rc = weft__stream_readexactly(handle, &head, sizeof head);
  if (rc == WEFT_EINCOMPLETE) return 0;
  if (rc < 0) return rc;
  message->kind = head.kind;
  message->size = head.size;
  weft__stream_lend(weft__stream_lookup(handle), head.size, &message->data);
  return 1;
}

int weft_websocket_send(weft_stream *handle, weft_message_kind kind,
                        const void *data, size_t size) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  if (kind != WEFT_TEXT && kind != WEFT_BINARY) {
    return weft__fail(WEFT_EINVAL, "%d is no kind of message", (int)kind);
  }
  int rc = weft__stream_check_write(s);
  if (rc < 0) return rc;
  if (weft__host_websocket_send(s, (int)kind, data, size)) return 0;
  return weft__fail(WEFT_ECLOSED, "the peer has closed the WebSocket");
}

int weft_websocket_close(weft_stream *handle, int code, const char *reason) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  if (code != 1000 && (code < 3000 || code > 4999)) {
    return weft__fail(WEFT_EINVAL, "a program cannot close with code %d", code);
  }
  if (reason && strlen(reason) > LONGEST_REASON) {
    return weft__fail(WEFT_EINVAL, "the reason has more than 123 bytes");
  }
  if (s->state == WEFT__STREAM_OPEN) {
    weft__host_websocket_reason(s, code, reason);
  }
  return weft_close(handle);
}
