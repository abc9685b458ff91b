/* UDP: streams of datagrams. */
#include "error.h"
#include "host_udp.h"
#include "stream.h"

#include <string.h>
#include <weft/udp.h>

enum { LONGEST = 65507 };

_Static_assert(sizeof((weft_datagram *)0)->host ==
                   sizeof((weft__datagram_head *)0)->host,
               "");

int weft_open_udp(const char *host, int port, weft_stream **udp) {
  *udp = NULL;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (port < 0 || port > 65535) {
    return weft__fail(WEFT_EINVAL, "%d is no port: ports are 0 to 65535", port);
  }
  weft__stream *s = weft__stream_new(NULL);
  if (!s) return WEFT_ENOMEM;
  s->messages = "datagrams";
  int rc = weft__host_udp(s, host && *host ? host : NULL, port);
  if (rc >= 0) rc = weft__stream_wait_opened(s, "weft_open_udp");
  if (rc < 0) {
    weft__stream_abort(s, rc, NULL);
    return rc;
  }
  weft__stream_pace(s);
  *udp = weft__record_hold(&s->record);
  return 0;
}

int weft_udp_send(weft_stream *handle, const char *host, int port,
                  const void *data, size_t size) {
  weft__stream *s = weft__stream_lookup(handle);
  if (!s) return weft__stream_lookup_error(handle);
  if (!host || !*host) return weft__fail(WEFT_EINVAL, "there is no host name");
  if (port < 1 || port > 65535) {
    return weft__fail(WEFT_EINVAL, "%d is no port: ports are 1 to 65535", port);
  }
  if (size > LONGEST) {
    return weft__fail(WEFT_EINVAL, "a datagram cannot have %z bytes", size);
  }
  int rc = weft__stream_check_write(s);
  if (rc < 0) return rc;
  weft__host_udp_send(s, host, port, data, size);
  return 0;
}

int weft_udp_receive(weft_stream *handle, weft_datagram *datagram) {
  weft__datagram_head head;
  int rc = weft__stream_readexactly(handle, &head, sizeof head);
  if (rc < 0) return rc;
  memcpy(datagram->host, head.host, sizeof head.host);
  datagram->port = head.port;
  datagram->size = head.size;
  weft__stream_lend(weft__stream_lookup(handle), head.size, &datagram->data);
  return 1;
}
