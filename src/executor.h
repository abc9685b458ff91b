/*
 * Executors inside. executor.c: making, submitting, shutting down; dispatch.c:
 * which job goes to which worker, and what becomes of it; workers.c: how workers
 * start and end; executor_map.c: map.
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
  int worker_count;    /* without the spares */
  weft__list spares;   /* of weft__worker; at most as many as are late */
  size_t live;
  weft__list waiters;  /* of weft__room */
  size_t reserved;     /* room given to waiters that have not run yet */
  weft__list drainers; /* of weft__awaiter, told when live is 0 */
  weft__list starters; /* ... and when no worker is starting */
  bool closing;        /* takes no more */
};

/* A task that waits for something of the pool's. */
typedef struct weft__awaiter {
  weft__node node;
  weft__future *future;
} weft__awaiter;

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

/*
 * weft__requeue puts a work that was sent back, before those of its priority;
 * one that was cancelled ends.
 */
void weft__requeue(weft__work *work);

/* weft__worker_pop takes the work that runs out of what was sent. */
weft__work *weft__worker_pop(weft__worker *worker);

/* weft__worker_add makes one more: a spare, or a new one. Errors: WEFT_ENOMEM,
   the kind's. */
int weft__worker_add(weft_executor *pool);

/*
 * weft__worker_replace has a worker in the place of one that has ended, unless
 * they come and go in this pool.
 */
void weft__worker_replace(weft_executor *pool);

/*
 * weft__worker_watch sets the worker's alarm for what it does now: runs what
 * was cancelled, runs something else, or nothing.
 */
void weft__worker_watch(weft__worker *worker);

/* weft__worker_end stops and frees a worker; what it has is queued again. */
void weft__worker_end(weft__worker *worker);

/*
 * weft__is_busy: the host counts as about to complete something while a worker
 * starts or has jobs.
 */
static inline bool weft__is_busy(const weft__worker *worker) {
  return worker->starting || worker->sent_count;
}

/* weft__any_starting: whether one of the pool's workers is not ready yet. */
bool weft__any_starting(const weft_executor *pool);

/*
 * weft__tell completes the futures of all awaiters with rc and, for an error,
 * why.
 */
void weft__tell(weft__list *awaiters, int rc, const char *message);

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
