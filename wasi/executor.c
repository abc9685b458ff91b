/*
 * The workers of WASI: servers that $WEFT_EXECUTOR names. Without them there
 * are none: an instance has one thread.
 */
#include "error.h"
#include "host.h"
#include "job_server.h"
#include "loop.h"
#include "remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WORKERS_A_SERVER = 4 }; /* unless $WEFT_EXECUTOR_WORKERS says it */

static const char *or_env(const char *given, const char *name) {
  return given ? given : getenv(name);
}

const weft__worker_kind *
weft__host_workers(const weft_executor_options *options, int *count,
                   void **host, int *rc) {
  weft__job_server_link();
  const char *urls = or_env(options->urls, "WEFT_EXECUTOR");
  if (!urls || !*urls) return NULL;
  const char *token = or_env(options->token, "WEFT_EXECUTOR_TOKEN");
  weft__remote *remote = weft__remote_new(urls, token, options->tls, rc);
  if (!remote) return NULL;
  const char *workers = getenv("WEFT_EXECUTOR_WORKERS");
  *count = workers ? atoi(workers) : 0;
  if (*count < 1) *count = WORKERS_A_SERVER * (int)remote->count;
  *host = remote;
  return &weft__remote_workers;
}

void weft__host_forget(void *host) {
  if (host) weft__remote_release(host);
}

void weft__host_print(int fd, const char *bytes, size_t size) {
  fflush(fd == STDOUT_FILENO ? stdout : stderr);
  while (size > 0) {
    ssize_t written = write(fd, bytes, size);
    if (written <= 0) return; /* nobody reads the program's output */
    bytes += written;
    size -= (size_t)written;
  }
}

void weft__host_look(weft__handle *handle) {
  weft__job_server_look();
  weft__ready(handle);
}
