/* What a host back end implements for WebSockets. */
#ifndef WEFT_SRC_HOST_WEBSOCKET_H
#define WEFT_SRC_HOST_WEBSOCKET_H

#include "host_stream.h"

#include <weft/websocket.h>

/*
 * Begins each message among the stream's bytes; its data follow, delivered
 * together with it.
 */
typedef struct weft__message_head {
  uint32_t kind, size;
} weft__message_head;

/*
 * weft__host_websocket begins to connect and sets s->ops, of which write is
 * never called. The end is told by weft__stream_opened or weft__stream_lost;
 * that the peer has closed, by weft__stream_ended.
 */
int weft__host_websocket(struct weft__stream *s, const char *url,
                         const char *protocols);

/*
 * weft__host_websocket_send takes a message and sets s->in_flight, which it
 * keeps up to date; it calls weft__stream_flush when that has become less.
 * False when the peer has closed.
 */
bool weft__host_websocket_send(struct weft__stream *s, int kind,
                               const void *data, size_t size);

/* weft__host_websocket_reason says what ops->close is to tell the peer. */
void weft__host_websocket_reason(struct weft__stream *s, int code,
                                 const char *reason);

#endif
