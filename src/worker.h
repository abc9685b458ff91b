/*
 * Workers: where an executor's jobs run. A host gives one kind of them (or
 * several); inline.c is the kind of hosts that have none.
 *
 * A worker is given jobs and ends them in the order in which they were sent,
 * one at a time: the first of `sent` is the one that runs. The kind reports
 * each end with weft__worker_done, and its own death with weft__worker_lost;
 * never from inside one of its functions.
 */
#ifndef WEFT_SRC_WORKER_H
#define WEFT_SRC_WORKER_H

#include "future.h"
#include "job.h"
#include "waiter.h"

#include <weft/executor.h>

/* A submitted job. It is queued, then sent, then ended. */
typedef struct weft__work {
  weft__timer place; /* in its pool's queue */
  weft__node node;   /* in its worker's `sent` */
  weft_executor *pool;
  struct weft__worker *worker; /* NULL while it is queued */
  weft__future *future;        /* NULL: it was cancelled, nobody waits */
  weft__call call;
  void *copy;      /* of the input: ours; NULL when the input is not kept */
  uint32_t number; /* of the worker's, from 0 */
  int priority;
  double expected;  /* seconds that it will take, when it was sent */
  uint8_t attempts; /* to run it, so far */
  bool idempotent;
} weft__work;

typedef struct weft__worker {
  weft__node node; /* in its pool's `workers`, or in its `spares` */
  weft_executor *pool;
  const struct weft__worker_kind *kind;
  bool starting;   /* it has not said yet that it is ready */
  bool condemned;  /* what it runs was cancelled: it may have to be stopped */
  bool late;       /* ... and half of that one's grace is over */
  bool spare;      /* it waits until a late one is gone */
  weft__list sent; /* of weft__work */
  uint32_t sent_count;
  uint32_t next_number;
  double expected;   /* seconds that what was sent will take */
  weft__alarm alarm; /* the grace of what it runs, or its idleness */
  void *host;        /* the kind's own */
} weft__worker;

typedef struct weft__worker_kind {
  /* Starts it; it may be sent jobs at once. Errors: any, with message. */
  int (*start)(weft__worker *worker);
  /* Gives it jobs, numbered on from next_number. */
  void (*send)(weft__worker *worker, weft__work *const *works, size_t count);
  /* Tells it that a job it was sent is to end. */
  void (*cancel)(weft__worker *worker, weft__work *work);
  /* Ends it now, whatever it runs; nothing is reported any more. */
  void (*stop)(weft__worker *worker);
  bool copies;  /* send has copied the inputs when it returns */
  bool streams; /* send may be called while it has jobs */
} weft__worker_kind;

/*
 * weft__host_workers gives the host's kind of workers and how many a pool has
 * by default, or NULL when there are none and jobs run in the program itself.
 * `host` is set to what the kind wants to know of the pool; weft__host_forget
 * frees it. Errors: *rc, with message, and NULL.
 */
const weft__worker_kind *
weft__host_workers(const weft_executor_options *options, int *count,
                   void **host, int *rc);
void weft__host_forget(void *host);

extern const weft__worker_kind weft__inline_workers;

/* How a worker's job has ended. */
typedef struct weft__outcome {
  int rc;
  weft_output output;  /* from malloc; now weft's */
  const char *message; /* of an error, or NULL; stays the caller's */
  double seconds;      /* that it took */
  bool damaged;        /* the worker cannot be used again */
} weft__outcome;

/* What the worker's pool has of weft__host_workers. */
void *weft__worker_host(const weft__worker *worker);

void weft__worker_ready(weft__worker *worker);
void weft__worker_done(weft__worker *worker, const weft__outcome *outcome);

/*
 * weft__worker_lost: it is gone, or could not start. A job that ran in it ends
 * with code and message, or is tried elsewhere if it may be.
 */
void weft__worker_lost(weft__worker *worker, int code, const char *message);

#endif
