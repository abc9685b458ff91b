/*
 * Workers on servers: each job is an HTTP request (job_wire.h) over a kept
 * connection. remote.c: servers, and which one a job goes to; remote_http.c:
 * one request.
 *
 * A server that does not answer is left out for a while, longer each time. A
 * job that has certainly not begun there goes to another one; one that may
 * have begun, only if it is idempotent.
 */
#ifndef WEFT_SRC_REMOTE_H
#define WEFT_SRC_REMOTE_H

#include "worker.h"

#include <weft/stream.h>

enum { WEFT__KEPT = 8, WEFT__REMOTE_TEXT = 400 };

typedef struct weft__server {
  char *host; /* of the URL, without brackets */
  char *path; /* "" or "/..." without a last slash */
  int port;
  bool secure;
  uint32_t active;               /* requests under way */
  int64_t down_until;            /* on weft__now's clock; 0: it answers */
  int64_t pause;                 /* how long it was last left out */
  weft_stream *kept[WEFT__KEPT]; /* idle connections */
  int kept_count;
} weft__server;

typedef struct weft__remote {
  weft__server *servers;
  size_t count, next; /* next: begins the search, in turn */
  char *token;
  const weft_tls *tls;
  uint32_t users; /* workers, and the pool */
} weft__remote;

/* A job under way, of a worker. It ends as `outcome`, its message as `text`. */
typedef struct weft__request {
  weft__call call;
  weft__outcome outcome;
  bool idempotent;
  char text[WEFT__REMOTE_TEXT];
} weft__request;

/* What is known when a request has failed. */
typedef enum weft__fate {
  WEFT__ANSWERED,  /* outcome tells how the job has ended */
  WEFT__NOT_BEGUN, /* the server was not reached, or is too busy */
  WEFT__UNKNOWN,   /* the connection broke: the job may have run */
  WEFT__GIVEN_UP,  /* this task was cancelled */
} weft__fate;

/* weft__remote_request makes a request to one server. Suspends. */
weft__fate weft__remote_request(weft__remote *remote, weft__server *server,
                                weft__request *request);

/*
 * weft__remote_new reads a list of URLs, separated by spaces or commas.
 * Errors: WEFT_EINVAL for what is no URL; WEFT_ENOTSUP for https without tls;
 * WEFT_ENOMEM; *rc, with message, and NULL.
 */
weft__remote *weft__remote_new(const char *urls, const char *token,
                               const weft_tls *tls, int *rc);

/* weft__remote_release: one user less; the last one frees it. */
void weft__remote_release(weft__remote *remote);

extern const weft__worker_kind weft__remote_workers;

/* How a host prints what a job has printed: fd 1 or 2. */
void weft__host_print(int fd, const char *bytes, size_t size);

#endif
