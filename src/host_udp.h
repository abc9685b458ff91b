/* What a host back end implements for UDP. */
#ifndef WEFT_SRC_HOST_UDP_H
#define WEFT_SRC_HOST_UDP_H

#include "host_stream.h"

#include <stdint.h>

/*
 * Begins each datagram among the stream's bytes; its data follow, delivered
 * together with it. While the core has stopped reading, datagrams are dropped.
 */
typedef struct weft__datagram_head {
  uint32_t size;
  uint16_t port;
  char host[46]; /* with a NUL */
} weft__datagram_head;

/*
 * weft__host_udp begins to open a socket on a local address (host may be NULL)
 * and sets s->ops, of which write is never called. The end is told by
 * weft__stream_opened or weft__stream_lost.
 */
int weft__host_udp(struct weft__stream *s, const char *host, int port);

/*
 * weft__host_udp_send sends, or queues, a datagram. A host that queues sets
 * s->in_flight, and calls weft__stream_flush when that has become less.
 */
void weft__host_udp_send(struct weft__stream *s, const char *host, int port,
                         const void *data, size_t size);

#endif
