/* Two UDP sockets that talk to each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static int port_of(weft_stream *udp) {
  char name[100] = "";
  weft_get_extra_info(udp, "sockname", name, sizeof name);
  const char *colon = strrchr(name, ':');
  return colon ? atoi(colon + 1) : 0;
}

static int cancelled(weft_stream *udp) {
  weft_datagram d;
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.05);
  return weft_timeout_end(&scope, weft_udp_receive(udp, &d));
}

static int talk(void *arg) {
  (void)arg;
  weft_stream *a, *b, *taken;
  int rc = weft_open_udp("127.0.0.1", 0, &a);
  if (rc < 0) {
    printf("%s: %s\n", weft_error_name(rc), weft_errmsg(rc));
    return 0;
  }
  weft_open_udp("127.0.0.1", 0, &b);
  rc = weft_open_udp("127.0.0.1", port_of(a), &taken);
  printf("taken: %s\n", weft_error_name(rc));
  printf("nothing yet: %s\n", weft_error_name(cancelled(b)));

  weft_udp_send(a, "127.0.0.1", port_of(b), "", 0);
  weft_udp_send(a, "127.0.0.1", port_of(b), "hello", 5);
  static char large[65507];
  memset(large, 'x', sizeof large);
  weft_datagram d;
  for (int i = 0; i < 2; i++) {
    weft_udp_receive(b, &d);
    printf("%s %d: %zu '%s'\n", d.host, d.port == port_of(a), d.size, d.data);
  }
  weft_udp_send(b, d.host, d.port, large, sizeof large);
  weft_udp_receive(a, &d);
  printf("large: %zu %d\n", d.size, !memcmp(d.data, large, d.size));
  rc = weft_udp_send(a, "127.0.0.1", port_of(b), large, sizeof large + 1);
  printf("too large: %s\n", weft_error_name(rc));
  rc = weft_udp_send(a, "127.0.0.1", 0, "x", 1);
  printf("no port: %s\n", weft_error_name(rc));
  weft_udp_send(a, "localhost", port_of(b), "last", 4);
  weft_close(a);
  printf("closed: %s\n", weft_error_name(weft_udp_receive(a, &d)));
  printf("a: %d\n", weft_wait_closed(a));
  weft_udp_receive(b, &d);
  printf("sent before the close: '%s'\n", d.data);
  weft_close(b);
  printf("b: %d\n", weft_wait_closed(b));
  return 0;
}

int main(void) { return weft_run(talk, NULL) < 0; }
