/*
 * Executors inside. executor.c: making, submitting, shutting down; dispatch.c:
 * which job goes to which worker, and what becomes of it; executor_map.c: map.
 *
 * Invariants:
 * - `live` counts the works that have not ended, cancelled ones too: what runs
 *   for nobody still runs. At 0 the waiting shutdown goes on.
 * - A pending future of a job is pinned by its work, and has it as its owner.
 *   An ended work belongs to its future alone and is freed with it.
 * - When a work is queued, no worker could take it.
 */
#ifndef WEFT_SRC_EXECUTOR_H
#define WEFT_SRC_EXECUTOR_H

#include "task.h"
#include "worker.h"

struct weft_executor {
  weft__closer closer;
  const weft__worker_kind *kind;
  void *host;
  int max_workers; /* at least 1, also of the inline kind */
  size_t queue_limit;
  bool refuse;
  int64_t idle, grace; /* nanoseconds; idle 0: never dropped */
  weft__timers queue;  /* of weft__work.place, by priority */
  weft__list workers;  /* of weft__worker */
  int worker_count;
  size_t live;
  weft__list waiters;    /* of weft__room */
  size_t reserved;       /* room given to waiters that have not run yet */
  weft__future *drained; /* completes when live is 0; NULL: nobody waits */
  weft__future *started; /* completes when no worker is starting */
  bool closing;          /* takes no more */
};

/* A task that waits for room in the queue. */
typedef struct weft__room {
  weft__node node; /* in the pool's `waiters` until room is given */
  weft__wait wait;
  weft__task *task;
  bool given; /* the pool has reserved it */
} weft__room;

/* weft__dispatch sends what is queued to workers that can take it. */
void weft__dispatch(weft_executor *pool);

/* weft__enqueue puts a work into the queue. Errors: WEFT_ENOMEM. */
int weft__enqueue(weft__work *work);

/* Whether a job submitted now would be sent, not queued. */
bool weft__has_free_worker(weft_executor *pool);

/* weft__worker_add starts one more worker. Errors: WEFT_ENOMEM, the kind's. */
int weft__worker_add(weft_executor *pool);

/* weft__worker_end stops and frees a worker that has no jobs. */
void weft__worker_end(weft__worker *worker);

/*
 * weft__work_end ends a work: its future, if anybody waits, gets rc, the
 * message and the output; else it is freed.
 */
void weft__work_end(weft__work *work, int rc, const char *message);

/* weft__work_cancel is the cancel of a job's future. */
bool weft__work_cancel(weft__future *future);

/* weft__work_free is the future's `dropped`. */
void weft__work_free(weft__work *work);

/* weft__pool_of gives the pool, or the default one for NULL; NULL with message. */
weft_executor *weft__pool_of(weft_executor *pool);

/*
 * weft__submit makes the future of a call; its size and items are set. It has
 * one handle. NULL: no memory. May suspend.
 */
weft_future *weft__submit(weft_executor *pool, const weft__call *call,
                          const weft_job_options *options);

#endif
