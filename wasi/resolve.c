#include "resolve.h"

#include "error.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

static void fail(weft__resolver *r, int error) {
  r->error = error;
  if (error == WEFT_ENOMEM) {
    weft__format(r->text, sizeof r->text, "no memory to look a name up");
  }
}

static bool add(weft__resolver *r, const weft__address *address) {
  if (r->count == r->capacity) {
    size_t capacity = r->capacity ? r->capacity * 2 : 4;
    void *a = realloc(r->addresses, capacity * sizeof *r->addresses);
    if (!a) {
      fail(r, WEFT_ENOMEM);
      return false;
    }
    r->addresses = a;
    r->capacity = capacity;
  }
  r->addresses[r->count++] = *address;
  return true;
}

static weft__address with_port(const network_ip_address_t *ip, int port) {
  bool v4 = ip->tag == NETWORK_IP_ADDRESS_IPV4;
  weft__address address = weft__address_any(v4 ? NETWORK_IP_ADDRESS_FAMILY_IPV4
                                               : NETWORK_IP_ADDRESS_FAMILY_IPV6,
                                            port);
  if (v4) {
    address.val.ipv4.address = ip->val.ipv4;
  } else {
    address.val.ipv6.address = ip->val.ipv6;
  }
  return address;
}

/* The first address's family first, then by turns, each in its order. */
static void take_turns(weft__resolver *r) {
  for (size_t i = 1; i < r->count; i++) {
    network_ip_address_family_t last =
        weft__address_family(&r->addresses[i - 1]);
    size_t other = i;
    while (other < r->count &&
           weft__address_family(&r->addresses[other]) == last) {
      other++;
    }
    if (other == r->count) return;
    weft__address address = r->addresses[other];
    memmove(&r->addresses[i + 1], &r->addresses[i],
            (other - i) * sizeof address);
    r->addresses[i] = address;
  }
}

static void stop_asking(weft__resolver *r) {
  if (!r->asking) return;
  r->asking = false;
  weft__poll_unwatch(&r->watch);
  poll_pollable_drop_own(r->ready);
  ip_name_lookup_resolve_address_stream_drop_own(r->answers);
}

/* Takes the addresses that are there: whether these are all. */
static bool take(weft__resolver *r) {
  for (;;) {
    ip_name_lookup_option_ip_address_t ip;
    network_error_code_t error;
    if (!ip_name_lookup_method_resolve_address_stream_resolve_next_address(
            ip_name_lookup_borrow_resolve_address_stream(r->answers), &ip,
            &error)) {
      if (error == NETWORK_ERROR_CODE_WOULD_BLOCK) return false;
      fail(r, weft__network_code(error));
      return true;
    }
    if (!ip.is_some) return true;
    weft__address address = with_port(&ip.val, r->port);
    if (!add(r, &address)) return true;
  }
}

static void on_ready(weft__handle *handle) {
  weft__resolver *r = weft__container(handle, weft__resolver, handle);
  if (r->asking) {
    if (!take(r)) {
      if (weft__poll_watch(&r->watch, r->ready, &r->handle) == 0) return;
      fail(r, WEFT_ENOMEM);
    }
    stop_asking(r);
    take_turns(r);
    if (!r->count && !r->error) fail(r, WEFT_ENOTFOUND);
  }
  r->done(r);
}

void weft__resolve(weft__resolver *r, const char *name, int port,
                   void (*done)(weft__resolver *resolver)) {
  *r = (weft__resolver){.done = done, .port = port, .handle.run = on_ready};
  weft__node_init(&r->handle.node);
  weft__address address;
  if (weft__address_parse(name, port, &address)) {
    add(r, &address);
    weft__ready(&r->handle);
    return;
  }
  weft__format(r->text, sizeof r->text, "there is no host named %s", name);
  if (!weft__is_utf8(name)) {
    weft__format(r->text, sizeof r->text, "a host's name that is not UTF-8");
    fail(r, WEFT_EINVAL);
    weft__ready(&r->handle);
    return;
  }
  wasip2_string_t text = {(uint8_t *)name, strlen(name)};
  network_error_code_t error;
  if (!ip_name_lookup_resolve_addresses(weft__network(), &text, &r->answers,
                                        &error)) {
    /* Only a host without the permission knows at once. */
    if (error == NETWORK_ERROR_CODE_PERMANENT_RESOLVER_FAILURE ||
        error == NETWORK_ERROR_CODE_ACCESS_DENIED) {
      weft__network_no_names(r->text, sizeof r->text, name);
      fail(r, WEFT_EACCES);
    } else if (error == NETWORK_ERROR_CODE_INVALID_ARGUMENT) {
      weft__format(r->text, sizeof r->text, "%s is no name of a host", name);
      fail(r, WEFT_EINVAL);
    } else {
      fail(r, weft__network_code(error));
    }
    weft__ready(&r->handle);
    return;
  }
  r->asking = true;
  r->ready = ip_name_lookup_method_resolve_address_stream_subscribe(
      ip_name_lookup_borrow_resolve_address_stream(r->answers));
  weft__ready(&r->handle);
}

void weft__resolve_end(weft__resolver *r) {
  stop_asking(r);
  weft__list_remove(&r->handle.node);
  free(r->addresses);
  r->addresses = NULL;
}
