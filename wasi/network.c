#include "network.h"

#include "error.h"

#include <arpa/inet.h>
#include <string.h>

tcp_borrow_network_t weft__network(void) {
  static instance_network_own_network_t network;
  if (!network.__handle) network = instance_network_instance_network();
  return (tcp_borrow_network_t){network.__handle};
}

/* ---- addresses */

bool weft__address_parse(const char *text, int port, weft__address *address) {
  *address = (weft__address){0};
  if (inet_pton(AF_INET, text, &address->val.ipv4.address) == 1) {
    address->tag = NETWORK_IP_SOCKET_ADDRESS_IPV4;
    address->val.ipv4.port = (uint16_t)port;
    return true;
  }
  uint16_t groups[8];
  if (inet_pton(AF_INET6, text, groups) != 1) return false;
  for (int i = 0; i < 8; i++) groups[i] = ntohs(groups[i]);
  address->tag = NETWORK_IP_SOCKET_ADDRESS_IPV6;
  address->val.ipv6.port = (uint16_t)port;
  memcpy(&address->val.ipv6.address, groups, sizeof groups);
  return true;
}

weft__address weft__address_any(network_ip_address_family_t family, int port) {
  weft__address address;
  bool v4 = family == NETWORK_IP_ADDRESS_FAMILY_IPV4;
  weft__address_parse(v4 ? "0.0.0.0" : "::", port, &address);
  return address;
}

network_ip_address_family_t weft__address_family(const weft__address *address) {
  return address->tag == NETWORK_IP_SOCKET_ADDRESS_IPV4
             ? NETWORK_IP_ADDRESS_FAMILY_IPV4
             : NETWORK_IP_ADDRESS_FAMILY_IPV6;
}

int weft__address_port(const weft__address *address) {
  return address->tag == NETWORK_IP_SOCKET_ADDRESS_IPV4
             ? address->val.ipv4.port
             : address->val.ipv6.port;
}

void weft__address_set_port(weft__address *address, int port) {
  if (address->tag == NETWORK_IP_SOCKET_ADDRESS_IPV4) {
    address->val.ipv4.port = (uint16_t)port;
  } else {
    address->val.ipv6.port = (uint16_t)port;
  }
}

void weft__address_format_host(const weft__address *address, char *text,
                               size_t size) {
  char host[INET6_ADDRSTRLEN];
  if (address->tag == NETWORK_IP_SOCKET_ADDRESS_IPV4) {
    inet_ntop(AF_INET, &address->val.ipv4.address, host, sizeof host);
  } else {
    uint16_t groups[8];
    memcpy(groups, &address->val.ipv6.address, sizeof groups);
    for (int i = 0; i < 8; i++) groups[i] = htons(groups[i]);
    inet_ntop(AF_INET6, groups, host, sizeof host);
  }
  weft__format(text, size, "%s", host);
}

int weft__address_format(const weft__address *address, char *text,
                         size_t size) {
  char host[INET6_ADDRSTRLEN], whole[WEFT__ADDRESS_TEXT];
  weft__address_format_host(address, host, sizeof host);
  bool v4 = address->tag == NETWORK_IP_SOCKET_ADDRESS_IPV4;
  weft__format(whole, sizeof whole, v4 ? "%s:%d" : "[%s]:%d", host,
               weft__address_port(address));
  if (size) weft__format(text, size, "%s", whole);
  return (int)strlen(whole);
}

/* ---- errors */

int weft__network_code(network_error_code_t error) {
  switch (error) {
  case NETWORK_ERROR_CODE_ACCESS_DENIED: return WEFT_EACCES;
  case NETWORK_ERROR_CODE_NOT_SUPPORTED: return WEFT_ENOTSUP;
  case NETWORK_ERROR_CODE_INVALID_ARGUMENT: return WEFT_EINVAL;
  case NETWORK_ERROR_CODE_OUT_OF_MEMORY:
  case NETWORK_ERROR_CODE_NEW_SOCKET_LIMIT: return WEFT_ENOMEM;
  case NETWORK_ERROR_CODE_TIMEOUT: return WEFT_ETIMEDOUT;
  case NETWORK_ERROR_CODE_ADDRESS_NOT_BINDABLE: return WEFT_EUNREACH;
  case NETWORK_ERROR_CODE_ADDRESS_IN_USE: return WEFT_EADDRINUSE;
  case NETWORK_ERROR_CODE_REMOTE_UNREACHABLE: return WEFT_EUNREACH;
  case NETWORK_ERROR_CODE_CONNECTION_REFUSED: return WEFT_ECONNREFUSED;
  case NETWORK_ERROR_CODE_CONNECTION_RESET:
  case NETWORK_ERROR_CODE_CONNECTION_ABORTED: return WEFT_ECONNRESET;
  case NETWORK_ERROR_CODE_DATAGRAM_TOO_LARGE: return WEFT_ELIMIT;
  case NETWORK_ERROR_CODE_NAME_UNRESOLVABLE:
  case NETWORK_ERROR_CODE_PERMANENT_RESOLVER_FAILURE: return WEFT_ENOTFOUND;
  default: return WEFT_EIO;
  }
}

void weft__network_text(char *text, size_t size, const char *doing,
                        const char *what, network_error_code_t error) {
  if (error == NETWORK_ERROR_CODE_ACCESS_DENIED) {
    weft__format(text, size,
                 "%s %s: the host does not permit it; run wasmtime with "
                 "-S inherit-network",
                 doing, what);
  } else if (error == NETWORK_ERROR_CODE_NEW_SOCKET_LIMIT) {
    weft__format(text, size, "%s %s: the host has no more sockets", doing,
                 what);
  } else if (error == NETWORK_ERROR_CODE_ADDRESS_NOT_BINDABLE) {
    weft__format(text, size, "%s %s: not an address of this machine", doing,
                 what);
  } else {
    weft__format(text, size, "%s %s: %s", doing, what,
                 weft_strerror(weft__network_code(error)));
  }
}

void weft__network_no_names(char *text, size_t size, const char *name) {
  weft__format(text, size,
               "looking up %s: the host does not permit it; run wasmtime with "
               "-S inherit-network -S allow-ip-name-lookup",
               name);
}
