/*
 * What all sockets need: the capability to use the network, addresses as text,
 * and the host's errors as ours.
 */
#ifndef WEFT_WASI_NETWORK_H
#define WEFT_WASI_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <wasi/wasip2.h>

typedef network_ip_socket_address_t weft__address;

enum { WEFT__ADDRESS_TEXT = 64 }; /* bytes that hold any address as text */

/* The program's network. */
tcp_borrow_network_t weft__network(void);

/*
 * weft__address_parse reads an IPv4 or IPv6 address, such as "127.0.0.1" and
 * "::1". False: the text is something else, perhaps a name.
 */
bool weft__address_parse(const char *text, int port, weft__address *address);

/* weft__address_any is the address that stands for all, of that family. */
weft__address weft__address_any(network_ip_address_family_t family, int port);

network_ip_address_family_t weft__address_family(const weft__address *address);
int weft__address_port(const weft__address *address);
void weft__address_set_port(weft__address *address, int port);

/*
 * weft__address_format writes "127.0.0.1:80" or "[::1]:80" into text, cut to
 * size, and returns the whole length.
 */
int weft__address_format(const weft__address *address, char *text, size_t size);

/* weft__address_format_host writes the address without its port. */
void weft__address_format_host(const weft__address *address, char *text,
                               size_t size);

/* weft__network_code gives the WEFT_E... for an error of wasi:sockets. */
int weft__network_code(network_error_code_t error);

/*
 * weft__network_text writes a sentence on an error: what was done, with what,
 * and the flag that is missing if it was not permitted.
 */
void weft__network_text(char *text, size_t size, const char *doing,
                        const char *what, network_error_code_t error);

/* The sentence for a host that does not look names up for the program. */
void weft__network_no_names(char *text, size_t size, const char *name);

#endif
