/* TCP sockets on their way to a connection or to listening. */
#ifndef WEFT_WASI_SOCKET_H
#define WEFT_WASI_SOCKET_H

#include "network.h"

/*
 * weft__socket_new makes a TCP socket of the address's family.
 * False: *error says why.
 */
bool weft__socket_new(const weft__address *address,
                      tcp_own_tcp_socket_t *socket,
                      network_error_code_t *error);

/* weft__socket_bind gives it a local address. */
bool weft__socket_bind(tcp_own_tcp_socket_t socket,
                       const weft__address *address,
                       network_error_code_t *error);

#endif
