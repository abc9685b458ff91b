/*
 * UDP: datagrams, which arrive whole, or not at all, and in any order.
 *
 *   weft_stream *udp;
 *   int rc = weft_open_udp(NULL, 0, &udp);
 *   if (rc < 0) return rc;
 *   weft_udp_send(udp, "127.0.0.1", 5353, question, size);
 *   weft_datagram answer;
 *   rc = weft_udp_receive(udp, &answer);
 *
 * A UDP socket is a stream that is read and written by the functions here;
 * weft_drain, weft_close, weft_wait_closed, weft_get_extra_info ("sockname")
 * and the others are the stream's. What a program does not receive is dropped
 * when it is more than the stream's buffer holds, as the system drops it.
 */
#ifndef WEFT_UDP_H
#define WEFT_UDP_H

#include <stddef.h>
#include <weft/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* data is the program's until it receives again or closes. */
typedef struct weft_datagram {
  char host[46]; /* the sender's address */
  int port;      /* and port */
  char *data;    /* followed by a NUL */
  size_t size;
} weft_datagram;

/*
 * weft_open_udp(host, port, &udp) opens a socket on a local address (NULL: any
 * of IPv4; "::" any of IPv6) and port (0: the host chooses one).
 * Errors: WEFT_EADDRINUSE; WEFT_EACCES; WEFT_ENOTFOUND; WEFT_ENOTSUP in a page;
 * WEFT_EINVAL; WEFT_ENOMEM. Suspends.
 * Source: loop.create_datagram_endpoint.
 */
int weft_open_udp(const char *host, int port, weft_stream **udp);

/*
 * weft_udp_send(udp, host, port, data, size) sends a datagram to an address or
 * name and returns 0; data is the caller's again at once. That it could not be
 * sent is not told, as with any datagram that is lost.
 * Errors: WEFT_ECLOSED; WEFT_EINVAL for more than 65,507 bytes or no port.
 * Never suspends. Source: DatagramTransport.sendto.
 */
int weft_udp_send(weft_stream *udp, const char *host, int port,
                  const void *data, size_t size);

/*
 * weft_udp_receive(udp, &datagram) waits for a datagram and returns 1.
 * Cancelled, it loses none. Errors: WEFT_ECLOSED; WEFT_EALREADY while another
 * task receives. Suspends unless one is there.
 * Source: DatagramProtocol.datagram_received.
 */
int weft_udp_receive(weft_stream *udp, weft_datagram *datagram);

#ifdef __cplusplus
}
#endif
#endif
