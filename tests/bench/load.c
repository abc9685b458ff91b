/*
 * The other end in the bench's network rows, on 127.0.0.1: native, so that it
 * does not measure itself. One thread, epoll (Linux).
 *
 *   load echo PORT CONNECTIONS BYTES SECONDS
 *     each connection has one message in flight: rate and latency
 *   load bulk PORT MEGABYTES
 *     sends as much as is taken through one connection, and reads the echo
 *   load idle PORT CONNECTIONS
 *     opens them, has each answer one line, prints "READY", and holds them
 *     until its input ends
 *   load heads
 *     a server that answers HEAD with ten headers; prints "PORT n"
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, MOST_SAMPLES = 1 << 21, WARM_UP = 300 /* ms */ };

typedef struct connection {
  int fd;
  size_t sent, got;
  double since;
} connection;

static int poller;
static char data[1 << 16];

static void die(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void watch(int operation, int fd, unsigned events, void *what) {
  struct epoll_event event = {.events = events, .data.ptr = what};
  if (epoll_ctl(poller, operation, fd, &event) != 0) die("epoll_ctl");
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void no_delay(int fd) {
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static connection *connect_all(int port, int count) {
  connection *all = calloc((size_t)count, sizeof *all);
  struct sockaddr_in address = loopback(port);
  for (int i = 0; i < count; i++) {
    int fd = all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
      die("connect");
    no_delay(fd);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN, &all[i]);
  }
  return all;
}

/* Sends up to `end`; what does not go now waits for EPOLLOUT. */
static void push(connection *c, const char *bytes, size_t size, size_t end) {
  while (c->sent < end) {
    size_t at = c->sent % size, left = end - c->sent;
    ssize_t n = send(c->fd, bytes + at, left < size - at ? left : size - at,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) die("send");
    c->sent += (size_t)n;
  }
  watch(EPOLL_CTL_MOD, c->fd, EPOLLIN | (c->sent < end ? EPOLLOUT : 0), c);
}

/* Reads what is there, compares it with what was sent, and counts it. */
static void pull(connection *c, const char *bytes, size_t size) {
  ssize_t n = recv(c->fd, data, sizeof data, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) die("the server ended a connection");
  for (size_t done = 0; done < (size_t)n;) {
    size_t at = (c->got + done) % size, part = (size_t)n - done;
    if (part > size - at) part = size - at;
    if (memcmp(data + done, bytes + at, part) != 0) die("a wrong echo");
    done += part;
  }
  c->got += (size_t)n;
}

static char *message(size_t size) {
  char *bytes = malloc(size);
  for (size_t i = 0; i < size; i++) bytes[i] = (char)(i * 31);
  return bytes;
}

static void figure(const char *metric, double value, const char *unit) {
  printf("{\"metric\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"}\n", metric,
         value, unit);
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void echo(int port, int count, size_t size, double seconds) {
  char *bytes = message(size);
  connection *all = connect_all(port, count);
  float *samples = malloc(MOST_SAMPLES * sizeof *samples);
  size_t sampled = 0, answered = 0;
  int unanswered = count;
  double start = now() + WARM_UP * 1e-3, t;
  for (int i = 0; i < count; i++) {
    all[i].since = now();
    push(&all[i], bytes, size, size);
  }
  /* It begins when each connection has been answered once. */
  while ((t = now()) < start + seconds) {
    if (unanswered && start < t) start = t;
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poller, events, EVENTS, 1000);
    for (int i = 0; i < ready; i++) {
      connection *c = events[i].data.ptr;
      size_t round = c->got / size;
      if (events[i].events & EPOLLOUT) push(c, bytes, size, (round + 1) * size);
      if (events[i].events & ~(unsigned)EPOLLOUT) pull(c, bytes, size);
      if (c->got / size == round) continue;
      t = now();
      answered++;
      if (round == 0) unanswered--;
      if (!unanswered && t >= start && sampled < MOST_SAMPLES) {
        samples[sampled++] = (float)((t - c->since) * 1e6);
      }
      c->since = t;
      push(c, bytes, size, (round + 2) * size);
    }
  }
  qsort(samples, sampled, sizeof *samples, compare);
  figure("answered", (double)answered, "");
  figure("echo rate", (double)sampled / seconds, "/s");
  figure("echo p50", samples[sampled / 2], "us");
  figure("echo p99", samples[sampled * 99 / 100], "us");
}

static void bulk(int port, size_t megabytes) {
  size_t size = sizeof data, total = megabytes << 20;
  char *bytes = message(size);
  connection *c = connect_all(port, 1);
  double start = now();
  push(c, bytes, size, total);
  while (c->got < total) {
    struct epoll_event event;
    if (epoll_wait(poller, &event, 1, 10000) < 1) die("nothing comes back");
    if (event.events & EPOLLOUT) push(c, bytes, size, total);
    if (event.events & ~(unsigned)EPOLLOUT) pull(c, bytes, size);
  }
  figure("bulk rate", (double)megabytes / (now() - start), "MB/s");
}

static void idle(int port, int count) {
  static char line[] = "hello\n";
  connection *all = connect_all(port, count);
  for (int i = 0; i < count; i++) {
    push(&all[i], line, sizeof line - 1, sizeof line - 1);
    while (all[i].got < sizeof line - 1) pull(&all[i], line, sizeof line - 1);
  }
  puts("READY");
  fflush(stdout);
  while (getchar() != EOF) {
  }
}

static const char answer[] =
    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
    "Server: bench\r\nContent-Type: text/html; charset=utf-8\r\n"
    "Content-Length: 5120\r\nCache-Control: max-age=60\r\n"
    "ETag: \"5120-1\"\r\nVary: Accept-Encoding\r\nAccept-Ranges: bytes\r\n"
    "X-Request-Id: 00000000\r\nConnection: close\r\n\r\n";

static void heads(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  struct sockaddr *any = (struct sockaddr *)&address;
  if (bind(listener, any, size) != 0 || listen(listener, 2048) != 0 ||
      getsockname(listener, any, &size) != 0) {
    die("listen");
  }
  printf("PORT %d\n", ntohs(address.sin_port));
  fflush(stdout);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
  for (;;) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poller, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      connection *c = events[i].data.ptr;
      int fd;
      while (!c && (fd = accept(listener, NULL, NULL)) >= 0) {
        no_delay(fd);
        connection *new = calloc(1, sizeof *new);
        new->fd = fd;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, new);
      }
      if (!c) continue;
      ssize_t n = recv(c->fd, data, sizeof data, MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) continue;
      /* A request is small: it comes in one piece. */
      if (n > 0) send(c->fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
      close(c->fd);
      free(c);
    }
  }
}

int main(int argc, char **argv) {
  struct rlimit most;
  getrlimit(RLIMIT_NOFILE, &most);
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
  poller = epoll_create1(0);
  if (poller < 0) die("epoll");
  const char *what = argc > 1 ? argv[1] : "";
  if (argc == 6 && !strcmp(what, "echo")) {
    echo(atoi(argv[2]), atoi(argv[3]), (size_t)atoi(argv[4]), atof(argv[5]));
  } else if (argc == 4 && !strcmp(what, "bulk")) {
    bulk(atoi(argv[2]), (size_t)atoi(argv[3]));
  } else if (argc == 4 && !strcmp(what, "idle")) {
    idle(atoi(argv[2]), atoi(argv[3]));
  } else if (argc == 2 && !strcmp(what, "heads")) {
    heads();
  } else {
    fprintf(stderr, "usage: see tests/bench/load.c\n");
    return 2;
  }
  return 0;
}
