/*
 * WebSockets as a client: messages both ways, in a page and in Node.js.
 *
 *   weft_stream *socket;
 *   int rc = weft_websocket_connect("wss://example.org/", NULL, &socket);
 *   if (rc < 0) return rc;
 *   weft_websocket_send(socket, WEFT_TEXT, "hello", 5);
 *   weft_message message;
 *   while ((rc = weft_websocket_receive(socket, &message)) > 0) use(&message);
 *   weft_close(socket);
 *   return weft_wait_closed(socket);
 *
 * A WebSocket is a stream that is read and written by the functions here alone;
 * weft_drain, weft_close, weft_wait_closed and the others are the stream's.
 * weft_get_extra_info knows "protocol", the one agreed on, and, once the peer
 * has closed, "close_code" and "close_reason".
 *
 * Sending is held back by weft_drain. Receiving cannot be: the web has no way
 * to make the peer wait, so what a program does not receive is kept.
 */
#ifndef WEFT_WEBSOCKET_H
#define WEFT_WEBSOCKET_H

#include <stddef.h>
#include <weft/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum weft_message_kind {
  WEFT_TEXT = 1,
  WEFT_BINARY = 2
} weft_message_kind;

/* The bytes are the caller's until it receives again or closes, and are
   followed by a NUL. */
typedef struct weft_message {
  weft_message_kind kind;
  char *data;
  size_t size;
} weft_message;

typedef struct weft_websocket_options {
  const char *protocols; /* to offer, the best first: "chat.2,chat.1" */
  double timeout;        /* seconds to connect; default: none */
  size_t high, low;      /* of what is unsent: see weft_stream_options */
} weft_websocket_options;

/*
 * weft_websocket_connect(url, options, &socket) connects to a ws: or wss: URL.
 * options may be NULL.
 * Errors: WEFT_EINVAL for a URL or protocol that makes no sense;
 * WEFT_ECONNREFUSED nobody there, or no WebSocket (a page is not told more);
 * WEFT_ETIMEDOUT; WEFT_ENOTSUP on WASI, and on Node.js 20 without the package
 * "ws" beside the program (`npm install ws`; Node.js 22 has its own);
 * WEFT_ENOMEM. Suspends.
 */
int weft_websocket_connect(const char *url,
                           const weft_websocket_options *options,
                           weft_stream **socket);

/*
 * weft_websocket_receive(socket, &message) waits for a message and returns 1,
 * or 0 when the peer has closed. Cancelled, it loses none.
 * Errors: what broke the connection; WEFT_ECLOSED after weft_close;
 * WEFT_EALREADY while another task receives. Suspends unless one is there.
 */
int weft_websocket_receive(weft_stream *socket, weft_message *message);

/*
 * weft_websocket_send(socket, kind, data, size) sends a message and returns 0;
 * data is the caller's again at once. Text is UTF-8.
 * Errors: WEFT_ECLOSED; what broke the connection; WEFT_EINVAL for another
 * kind. Never suspends: call weft_drain now and then.
 */
int weft_websocket_send(weft_stream *socket, weft_message_kind kind,
                        const void *data, size_t size);

/*
 * weft_websocket_close(socket, code, reason) is weft_close with a code (1000
 * or 3000 to 4999) and a reason (at most 123 bytes, or NULL) for the peer.
 * Errors: WEFT_EINVAL for another code or a longer reason. Never suspends.
 */
int weft_websocket_close(weft_stream *socket, int code, const char *reason);

#ifdef __cplusplus
}
#endif
#endif
