/*
 * Which job goes to which worker, and what becomes of it.
 *
 * A job is sent to an idle worker, else a new one is started, else it waits.
 * Jobs of a kind that has lately been quick are sent several at a time, as
 * many as take about WINDOW, and more when half of that has been done: what
 * waits travels in one message. The worker reports each end before it begins
 * the next job, so it is always known which job a dead worker was running:
 * only that one is lost, those behind it go back to the queue.
 */
#include "executor.h"

#include "clock.h"
#include "error.h"
#include "host.h"

#include <stdlib.h>

static const double WINDOW = 500e-6; /* seconds of work sent ahead */
static const double QUICKEST = 1e-6; /* what a job is taken to last at least */
enum { MOST_SENT = 512, MOST_ATTEMPTS = 5, MESSAGE_SIZE = 512 };

static weft__work *work_at(weft__node *node) {
  return weft__container(node, weft__work, node);
}

static weft__work *running(const weft__worker *worker) {
  weft__node *first = weft__list_first(&worker->sent);
  return first ? work_at(first) : NULL;
}

static weft__worker *worker_at(weft__node *node) {
  return weft__container(node, weft__worker, node);
}

/* ---- the queue */

static int put(weft__work *work, int64_t key) {
  work->worker = NULL;
  return weft__timer_arm(&work->pool->queue, &work->place, key);
}

int weft__enqueue(weft__work *work) {
  return put(work, -2 * (int64_t)work->priority);
}

static weft__work *queued(const weft_executor *pool) {
  const weft__timers *queue = &pool->queue;
  if (!queue->count) return NULL;
  return weft__container(weft__timer_first(queue), weft__work, place);
}

void weft__requeue(weft__work *work) {
  if (!work->future) {
    weft__work_end(work, WEFT_ECANCELED, NULL);
  } else if (put(work, -2 * (int64_t)work->priority - 1) < 0) {
    weft__work_end(work, WEFT_ENOMEM, "no memory to queue the job again");
  }
}

/* ---- the end of a work */

void weft__work_free(weft__work *work) {
  free(work->copy);
  free(work->call.output.data);
  free(work);
}

void weft__work_end(weft__work *work, int rc, const char *message) {
  weft_executor *pool = work->pool;
  weft__future *future = work->future;
  work->pool = NULL;
  work->future = NULL;
  free(work->copy);
  work->copy = NULL;
  if (future) {
    if (rc < 0 && message) weft__set_message(future, rc, message);
    weft__complete(future, rc);
    weft__unpin(future);
  } else {
    weft__work_free(work);
  }
  if (--pool->live == 0) weft__tell(&pool->drainers, 0, NULL);
}

/* Ends a work with a fault that it did not see itself. */
static void fail(weft__work *work, int rc, const char *message) {
  char text[MESSAGE_SIZE];
  weft__format(text, sizeof text, "job '%s': %s", work->call.job->name,
               message);
  weft__work_end(work, rc, text);
}

/* Parts a work from its future, which is cancelled. */
static void orphan(weft__work *work) {
  weft__future *future = work->future;
  work->future = NULL;
  future->owner = NULL;
  weft__complete(future, WEFT_ECANCELED);
  weft__unpin(future);
}

/* ---- sending */

/* How long a job is expected to take; what is not known is not quick. */
static double expected(const weft__work *work) {
  double each = work->call.job->longest;
  if (each <= 0) return 2 * WINDOW;
  return work->call.items ? each * work->call.items : each;
}

static bool can_take(const weft__worker *worker, const weft__work *work) {
  if (worker->condemned) return false;
  if (!worker->sent_count) return true;
  return !worker->starting && worker->kind->streams &&
         worker->sent_count < MOST_SENT &&
         worker->expected + expected(work) <= WINDOW;
}

/* The worker that is to have the next job, or NULL. */
static weft__worker *choose(weft_executor *pool, const weft__work *work) {
  weft__worker *least = NULL;
  for (weft__node *n = weft__list_first(&pool->workers); n;
       n = weft__list_next(&pool->workers, n)) {
    weft__worker *worker = worker_at(n);
    if (!worker->sent_count && !worker->starting) return worker;
    if (!can_take(worker, work)) continue;
    if (worker->sent_count && worker->expected > WINDOW / 2) continue;
    if (!least || worker->expected < least->expected) least = worker;
  }
  if (least && !least->sent_count) return least; /* it is starting */
  if (pool->worker_count < pool->max_workers) return NULL;
  return least;
}

/* Takes from the queue what the worker gets in one message. */
static size_t take(weft__worker *worker, weft__work **works) {
  weft_executor *pool = worker->pool;
  size_t share = pool->queue.count / (size_t)pool->max_workers;
  size_t count = 0;
  for (weft__work *work; (work = queued(pool));) {
    if (!can_take(worker, work)) break;
    if (count && (count >= share || count == MOST_SENT)) break;
    weft__timer_disarm(&pool->queue, &work->place);
    if (!weft__is_busy(worker)) weft__loop.host_ops++;
    worker->sent_count++;
    work->expected = expected(work);
    worker->expected += work->expected;
    work->worker = worker;
    work->attempts++;
    work->number = worker->next_number + (uint32_t)count;
    weft__list_append(&worker->sent, &work->node);
    works[count++] = work;
  }
  return count;
}

static void send(weft__worker *worker) {
  weft__work *works[MOST_SENT];
  size_t count = take(worker, works);
  weft__worker_watch(worker);
  worker->kind->send(worker, works, count);
  worker->next_number += (uint32_t)count;
  weft__work *first = works[0];
  if (worker->kind->copies && first == running(worker) && !first->idempotent) {
    free(first->copy); /* it will not be sent again */
    first->copy = NULL;
  }
}

/* Gives room to those who wait for it. */
static void admit(weft_executor *pool) {
  while (pool->queue.count + pool->reserved < pool->queue_limit) {
    weft__node *node = weft__list_pop(&pool->waiters);
    if (!node) return;
    weft__room *room = weft__container(node, weft__room, node);
    room->given = true;
    pool->reserved++;
    weft__ready(&room->task->handle);
  }
}

bool weft__has_free_worker(weft_executor *pool) {
  if (pool->queue.count) return false;
  if (pool->worker_count < pool->max_workers) return true;
  for (weft__node *n = weft__list_first(&pool->workers); n;
       n = weft__list_next(&pool->workers, n)) {
    if (!worker_at(n)->sent_count) return true;
  }
  return false;
}

void weft__dispatch(weft_executor *pool) {
  for (weft__work *work; (work = queued(pool));) {
    weft__worker *worker = choose(pool, work);
    if (worker) {
      send(worker);
      continue;
    }
    if (pool->worker_count >= pool->max_workers) break;
    int rc = weft__worker_add(pool);
    if (rc >= 0) continue;
    if (pool->worker_count) break; /* it waits for one of those there are */
    weft__timer_disarm(&pool->queue, &work->place);
    fail(work, rc, weft_errmsg(rc));
  }
  admit(pool);
}

/* ---- what workers report */

void *weft__worker_host(const weft__worker *worker) {
  return worker->pool->host;
}

weft__work *weft__worker_pop(weft__worker *worker) {
  weft__work *work = running(worker);
  weft__list_remove(&work->node);
  worker->expected -= work->expected;
  if (--worker->sent_count == 0) worker->expected = 0;
  if (!weft__is_busy(worker)) weft__loop.host_ops--;
  return work;
}

/* Remembers how long jobs of its kind take, forgetting slowly. */
static void learn(const weft__work *work, double seconds) {
  weft_job *job = (weft_job *)work->call.job;
  if (work->call.items) seconds /= work->call.items;
  double faded = 0.9 * job->longest + 0.1 * seconds;
  job->longest = seconds > faded ? seconds : faded;
  if (job->longest < QUICKEST) job->longest = QUICKEST;
}

void weft__worker_done(weft__worker *worker, const weft__outcome *outcome) {
  weft_executor *pool = worker->pool;
  weft__work *work = weft__worker_pop(worker);
  learn(work, outcome->seconds);
  work->call.output = outcome->output;
  weft__worker_ready(worker); /* it may not have said so */
  if (outcome->damaged) {
    weft__worker_end(worker);
    weft__worker_replace(pool);
    fail(work, outcome->rc, outcome->message);
  } else {
    weft__worker_watch(worker);
    weft__work_end(work, outcome->rc, outcome->message);
  }
  weft__dispatch(pool);
}

void weft__worker_lost(weft__worker *worker, int code, const char *message) {
  weft_executor *pool = worker->pool;
  bool never_ran = worker->starting, spare = worker->spare;
  bool replace = !worker->starting || worker->late;
  weft__work *work = worker->sent_count ? weft__worker_pop(worker) : NULL;
  weft__worker_end(worker);
  if (spare) return;
  if (never_ran) weft__tell(&pool->starters, code, message);
  if (work) {
    if (work->future && work->idempotent && work->attempts < MOST_ATTEMPTS) {
      weft__requeue(work);
    } else {
      fail(work, code, message);
    }
  }
  if (replace) weft__worker_replace(pool);
  weft__dispatch(pool);
}

/* ---- cancelling */

bool weft__work_cancel(weft__future *future) {
  weft__work *work = future->owner;
  weft_executor *pool = work->pool;
  weft__worker *worker = work->worker;
  if (!worker) {
    weft__timer_disarm(&pool->queue, &work->place);
    weft__work_end(work, WEFT_ECANCELED, NULL);
    admit(pool);
    return true;
  }
  orphan(work);
  worker->kind->cancel(worker, work);
  if (work == running(worker)) weft__worker_watch(worker);
  return true;
}
