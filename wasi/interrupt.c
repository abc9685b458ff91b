#include "interrupt.h"

#include "error.h"
#include "host.h"
#include "network.h"
#include "poll.h"

#include <stdlib.h>
#include <string.h>
#include <weft/run.h>

enum { ROUND = 16 }; /* datagrams to receive at once */

static const char *token;
static udp_own_udp_socket_t socket; /* this and the next: 0 when closed */
static udp_own_incoming_datagram_stream_t in;
static udp_own_outgoing_datagram_stream_t out;
static poll_own_pollable_t ready;
static weft__watch watch;

static void on_ready(weft__handle *self) {
  udp_list_incoming_datagram_t list;
  network_error_code_t ignored; /* it is asked again when there is more */
  if (udp_method_incoming_datagram_stream_receive(
          udp_borrow_incoming_datagram_stream(in), ROUND, &list, &ignored)) {
    size_t length = strlen(token);
    for (size_t i = 0; i < list.len; i++) {
      wasip2_list_u8_t *data = &list.ptr[i].data;
      if (data->len == length && !memcmp(data->ptr, token, length)) {
        weft_interrupt();
      }
    }
    udp_list_incoming_datagram_free(&list);
  }
  if (weft__poll_watch(&watch, ready, self) < 0) weft__ready(self);
}

static bool open_at(int port, network_error_code_t *error) {
  weft__address address;
  weft__address_parse("127.0.0.1", port, &address);
  if (!udp_create_socket_create_udp_socket(NETWORK_IP_ADDRESS_FAMILY_IPV4,
                                           &socket, error)) {
    return false;
  }
  udp_borrow_udp_socket_t borrowed = udp_borrow_udp_socket(socket);
  udp_tuple2_own_incoming_datagram_stream_own_outgoing_datagram_stream_t both;
  if (!udp_method_udp_socket_start_bind(borrowed, weft__network(), &address,
                                        error) ||
      !udp_method_udp_socket_finish_bind(borrowed, error) ||
      !udp_method_udp_socket_stream(borrowed, NULL, &both, error)) {
    return false;
  }
  in = both.f0;
  out = both.f1;
  ready = udp_method_incoming_datagram_stream_subscribe(
      udp_borrow_incoming_datagram_stream(in));
  return true;
}

static weft__handle handle = {.run = on_ready};

void weft__interrupt_open(void) {
  const char *way = getenv("WEFT_INTERRUPT");
  if (!way) return;
  char *end;
  long port = strtol(way, &end, 10);
  network_error_code_t error = NETWORK_ERROR_CODE_INVALID_ARGUMENT;
  token = end + 1;
  weft__node_init(&handle.node);
  if (*end == ':' && *token && port > 0 && port <= UINT16_MAX &&
      open_at((int)port, &error)) {
    if (weft__poll_watch(&watch, ready, &handle) < 0) weft__ready(&handle);
    return;
  }
  char what[80], text[200], line[260];
  weft__format(what, sizeof what, "WEFT_INTERRUPT=%s", way);
  weft__network_text(text, sizeof text, "listening at", what, error);
  weft__format(line, sizeof line, "weft: %s\n", text);
  weft__host_report(line);
  weft__interrupt_close();
}

void weft__interrupt_close(void) {
  weft__poll_unwatch(&watch);
  if (socket.__handle) weft__list_remove(&handle.node);
  if (ready.__handle) poll_pollable_drop_own(ready);
  if (in.__handle) udp_incoming_datagram_stream_drop_own(in);
  if (out.__handle) udp_outgoing_datagram_stream_drop_own(out);
  if (socket.__handle) udp_udp_socket_drop_own(socket);
  ready.__handle = in.__handle = out.__handle = socket.__handle = 0;
}
