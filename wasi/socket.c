#include "socket.h"

bool weft__socket_new(const weft__address *address,
                      tcp_own_tcp_socket_t *socket,
                      network_error_code_t *error) {
  return tcp_create_socket_create_tcp_socket(weft__address_family(address),
                                             socket, error);
}

bool weft__socket_bind(tcp_own_tcp_socket_t socket,
                       const weft__address *address,
                       network_error_code_t *error) {
  tcp_borrow_tcp_socket_t s = tcp_borrow_tcp_socket(socket);
  weft__address local = *address;
  return tcp_method_tcp_socket_start_bind(s, weft__network(), &local, error) &&
         tcp_method_tcp_socket_finish_bind(s, error);
}
