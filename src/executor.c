/* Making an executor, submitting to it, taking results, shutting it down. */
#include "executor.h"

#include "clock.h"
#include "error.h"
#include "task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static weft_executor *default_pool; /* of this run, or NULL */

static int why_none; /* the error of the last pool that was not made */

static const double DEFAULT_GRACE = 0.1;

/* ---- making */

static void close_pool(weft__closer *closer);

static int check_options(const weft_executor_options *o) {
  if (weft__loop.phase == WEFT__IDLE) {
    return weft__fail(WEFT_ENOTRUNNING, "an executor is made inside weft_run");
  }
  if (weft__is_worker) {
    return weft__fail(WEFT_ENOTSUP, "a job cannot have workers of its own: "
                                    "let the program submit what it wants");
  }
  if (o->max_workers < 0 || !(o->idle >= 0) || isnan(o->grace)) {
    return weft__fail(WEFT_EINVAL, "max_workers and idle are 0 or more, and "
                                   "grace is a number");
  }
  return 0;
}

static int64_t nanoseconds(double seconds) {
  return seconds < 1e9 ? (int64_t)(seconds * 1e9) : INT64_C(1) << 60;
}

static int choose_workers(weft_executor *pool,
                          const weft_executor_options *options) {
  int count = 0, rc = 0;
  pool->kind = weft__host_workers(options, &count, &pool->host, &rc);
  if (rc < 0) return rc;
  if (!pool->kind) {
    pool->kind = &weft__inline_workers;
    pool->max_workers = 1;
  } else {
    pool->max_workers = options->max_workers ? options->max_workers : count;
  }
  return 0;
}

weft_executor *weft_executor_create_with(const weft_executor_options *options) {
  static const weft_executor_options none;
  if (!options) options = &none;
  why_none = check_options(options);
  if (why_none < 0) return NULL;
  weft_executor *pool = calloc(1, sizeof *pool);
  if (!pool) {
    why_none = weft__fail(WEFT_ENOMEM, "no memory for an executor");
    return NULL;
  }
  why_none = choose_workers(pool, options);
  if (why_none < 0) {
    free(pool);
    return NULL;
  }
  pool->queue_limit = options->queue_limit;
  pool->refuse = options->refuse;
  pool->idle = nanoseconds(options->idle);
  double grace = options->grace == 0 ? DEFAULT_GRACE : options->grace;
  pool->grace = grace > 0 ? nanoseconds(grace) : 0;
  weft__list_init(&pool->workers);
  weft__list_init(&pool->spares);
  weft__list_init(&pool->waiters);
  weft__list_init(&pool->starters);
  weft__list_init(&pool->drainers);
  pool->closer.close = close_pool;
  weft__list_append(&weft__loop.closers, &pool->closer.node);
  return pool;
}

weft_executor *weft_executor_create(int max_workers) {
  weft_executor_options options = {.max_workers = max_workers};
  return weft_executor_create_with(&options);
}

weft_executor *weft__pool_of(weft_executor *pool) {
  if (pool) return pool;
  if (!default_pool) default_pool = weft_executor_create(0);
  return default_pool;
}

/* The default pool could not be made; the message tells why. */
static int no_pool(void) { return why_none; }

static int is_closed(void) {
  return weft__fail(WEFT_ECLOSED, "the executor was shut down");
}

int weft_executor_workers(weft_executor *pool) {
  pool = weft__pool_of(pool);
  if (!pool) return no_pool();
  if (pool->closing) return is_closed();
  return pool->kind == &weft__inline_workers ? 0 : pool->max_workers;
}

/* Waits until the list's awaiters are told. */
static int wait_in(weft__list *list, const char *what) {
  weft__awaiter own = {.future = weft__future_new()};
  if (!own.future) return weft__fail(WEFT_ENOMEM, "no memory to wait");
  weft__list_append(list, &own.node);
  weft__pin(own.future);
  int rc = weft__wait_on(own.future, what);
  if (rc >= 0) rc = weft__take(own.future);
  weft__list_remove(&own.node);
  weft__unpin(own.future);
  return rc;
}

int weft_executor_start(weft_executor *pool) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  pool = weft__pool_of(pool);
  if (!pool) return no_pool();
  if (pool->closing) return is_closed();
  while (pool->worker_count < pool->max_workers) {
    int rc = weft__worker_add(pool);
    if (rc < 0) return rc;
  }
  if (weft__any_starting(pool)) {
    int rc = wait_in(&pool->starters, "weft_executor_start");
    if (rc < 0) return rc;
  }
  return pool->kind == &weft__inline_workers ? 0 : pool->max_workers;
}

/* ---- submitting */

static bool cancel_room(weft__task *task) {
  weft__room *room = weft__container(task->wait, weft__room, wait);
  if (room->given) return false;
  weft__list_remove(&room->node);
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  return true;
}

/* Takes part of the queue's room: 0, or why there is none. May suspend. */
static int take_room(weft_executor *pool) {
  bool wait = pool->queue_limit && !weft__has_free_worker(pool) &&
              (pool->queue.count + pool->reserved >= pool->queue_limit ||
               !weft__list_empty(&pool->waiters));
  if (!wait) return 0;
  if (pool->refuse) {
    return weft__fail(WEFT_EFULL,
                      "%z jobs wait for a worker already, as many "
                      "as may",
                      pool->queue_limit);
  }
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__room room = {.wait = {"weft_run_in_executor", cancel_room, NULL},
                     .task = weft__loop.current};
  weft__list_append(&pool->waiters, &room.node);
  int rc = weft__suspend(&room.wait);
  if (room.given) pool->reserved--;
  if (rc < 0) weft__dispatch(pool); /* its room goes to the next */
  return rc;
}

static void drop_work(weft__future *future) {
  if (future->owner) weft__work_free(future->owner);
}

/* A future that has failed already, so that its await tells why. */
static weft__future *failed(weft__future *future, int rc) {
  if (rc != WEFT_ECANCELED) weft__set_message(future, rc, weft_errmsg(rc));
  weft__complete(future, rc);
  return future;
}

/* Keeps the input where it may be needed after the caller has gone on. */
static bool keep_input(weft__work *work) {
  if (!work->call.size || work->copy) return true;
  work->copy = malloc(work->call.size);
  if (!work->copy) return false;
  memcpy(work->copy, work->call.input, work->call.size);
  work->call.input = work->copy;
  return true;
}

static int start_work(weft__work *work) {
  weft_executor *pool = work->pool;
  /* What a worker copies at once is not copied twice. */
  bool keep =
      !pool->kind->copies || work->idempotent || !weft__has_free_worker(pool);
  if ((keep && !keep_input(work)) || weft__enqueue(work) < 0) {
    return weft__fail(WEFT_ENOMEM,
                      "no memory for job '%s' and its input of "
                      "%z bytes",
                      work->call.job->name, work->call.size);
  }
  pool->live++;
  weft__dispatch(pool);
  if (!work->worker && work->future) keep_input(work);
  return 0;
}

weft_future *weft__submit(weft_executor *pool, const weft__call *call,
                          const weft_job_options *options) {
  weft__future *future = weft__future_new();
  if (!future) {
    weft__fail(WEFT_ENOMEM, "no memory for job '%s'", call->job->name);
    return NULL;
  }
  weft_future *handle = weft__handle_new(future);
  pool = weft__pool_of(pool);
  int rc = !pool ? no_pool() : pool->closing ? is_closed() : take_room(pool);
  if (rc >= 0 && pool->closing) rc = is_closed();
  weft__work *work = rc < 0 ? NULL : calloc(1, sizeof *work);
  if (rc >= 0 && !work) {
    rc = weft__fail(WEFT_ENOMEM, "no memory for job '%s'", call->job->name);
  }
  if (!work) {
    failed(future, rc);
    return handle;
  }
  work->pool = pool;
  work->future = future;
  work->call = *call;
  work->call.output = (weft_output){0};
  if (options) {
    work->priority = options->priority;
    work->idempotent = options->idempotent;
  }
  future->owner = work;
  future->dropped = drop_work;
  future->cancel = weft__work_cancel;
  weft__pin(future);
  rc = start_work(work);
  if (rc < 0) {
    failed(future, rc);
    weft__unpin(future);
  }
  return handle;
}

weft_future *weft_executor_submit(weft_executor *pool, weft_job *job,
                                  const void *data, size_t size,
                                  const weft_job_options *options) {
  weft__call call = {.job = job, .input = data, .size = size};
  return weft__submit(pool, &call, options);
}

/* ---- results */

/* The work of a job's future that has ended; NULL for what is none. */
static weft__work *ended(weft__future *future) {
  return future && weft__done(future) && future->dropped == drop_work
             ? future->owner
             : NULL;
}

int weft_await_output(weft_future *handle, const weft_job *job, void *output) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  weft__pin(future);
  int rc = weft_await(handle);
  if (rc >= 0) {
    weft__work *work = ended(future);
    if (!work || work->call.job != job || work->call.items || job->bytes) {
      rc = weft__fail(WEFT_EINVAL, "the future is not one of job '%s'",
                      job->name);
    } else if (work->call.output.size != job->output_size) {
      rc = weft__fail(WEFT_EPROTO, "job '%s' has given %z bytes, not %z",
                      job->name, work->call.output.size, job->output_size);
    } else {
      memcpy(output, work->call.output.data, job->output_size);
    }
  }
  weft__unpin(future);
  return rc;
}

const void *weft_job_output(weft_future *handle, size_t *size) {
  weft__work *work = ended(weft__lookup(handle));
  if (size) *size = work ? work->call.output.size : 0;
  return work ? work->call.output.data : NULL;
}

int weft_to_thread_job(weft_job *job, const void *input, void *output) {
  weft_future *future =
      weft_executor_submit(NULL, job, input, job->input_size, NULL);
  if (!future) return WEFT_ENOMEM;
  int rc = weft_await_output(future, job, output);
  weft_release(future);
  return rc;
}

/* ---- shutting down */

static void end_workers(weft_executor *pool) {
  weft__list *const all[] = {&pool->workers, &pool->spares};
  for (int i = 0; i < 2; i++) {
    for (weft__node *n; (n = weft__list_first(all[i]));) {
      weft__worker_end(weft__container(n, weft__worker, node));
    }
  }
}

/* Cancels what nobody has cancelled, of those queued and those sent. */
static void cancel_all(weft_executor *pool) {
  while (pool->queue.count) {
    weft__work *work =
        weft__container(weft__timer_first(&pool->queue), weft__work, place);
    weft__work_cancel(work->future);
  }
  for (weft__node *w = weft__list_first(&pool->workers); w;
       w = weft__list_next(&pool->workers, w)) {
    weft__worker *worker = weft__container(w, weft__worker, node);
    for (weft__node *n = weft__list_first(&worker->sent); n;
         n = weft__list_next(&worker->sent, n)) {
      weft__work *work = weft__container(n, weft__work, node);
      if (work->future) weft__work_cancel(work->future);
    }
  }
}

static void forget_host(weft_executor *pool) {
  if (pool->host) weft__host_forget(pool->host);
  pool->host = NULL;
}

static void refuse_waiters(weft_executor *pool) {
  for (weft__node *n; (n = weft__list_pop(&pool->waiters));) {
    weft__room *room = weft__container(n, weft__room, node);
    room->given = true;
    pool->reserved++;
    weft__ready(&room->task->handle); /* it sees that the pool is closing */
  }
}

int weft_executor_shutdown(weft_executor *pool, bool cancel) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (!pool && !default_pool) return 0; /* nothing has used it */
  pool = weft__pool_of(pool);
  if (pool->closing) return is_closed();
  pool->closing = true;
  if (pool == default_pool) default_pool = NULL; /* the next use makes one */
  refuse_waiters(pool);
  int closed = is_closed();
  weft__tell(&pool->starters, closed, weft_errmsg(closed));
  if (cancel) cancel_all(pool);
  int rc = pool->live ? wait_in(&pool->drainers, "weft_executor_shutdown") : 0;
  if (rc < 0) cancel_all(pool);
  end_workers(pool);
  forget_host(pool);
  return rc;
}

/* The run ends: nobody waits for anything any more. */
static void close_pool(weft__closer *closer) {
  weft_executor *pool = weft__container(closer, weft_executor, closer);
  pool->closing = true;
  weft__list_init(&pool->starters);
  weft__list_init(&pool->drainers);
  cancel_all(pool);
  end_workers(pool);
  weft__timers_free(&pool->queue);
  forget_host(pool);
  if (pool == default_pool) default_pool = NULL;
  free(pool);
}
