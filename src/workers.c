/*
 * The workers of a pool: how they start, and how one ends that has been idle
 * for long, or whose job was cancelled and does not end within its grace.
 *
 * To start a worker takes a while. The one that is to take the place of another
 * whose job was cancelled is therefore started when half of the grace is over:
 * a spare, which is none of the pool's workers, and gets no job, before the
 * other one is gone. If that one's job ends in time it stays, as its code is
 * warm, and a spare is stopped.
 */
#include "executor.h"

#include "clock.h"
#include "error.h"

#include <stdlib.h>

static weft__worker *worker_at(weft__node *node) {
  return weft__container(node, weft__worker, node);
}

/* Without memory for a timer the time is over at once. */
static void arm(weft__worker *worker, int64_t delay) {
  int rc = weft__alarm_set(&worker->alarm, weft__now() + delay);
  if (rc < 0) weft__ready(&worker->alarm.handle);
}

/* ---- starting */

bool weft__any_starting(const weft_executor *pool) {
  for (weft__node *n = weft__list_first(&pool->workers); n;
       n = weft__list_next(&pool->workers, n)) {
    if (worker_at(n)->starting) return true;
  }
  return false;
}

void weft__tell(weft__list *awaiters, int rc, const char *message) {
  for (weft__node *n; (n = weft__list_pop(awaiters));) {
    weft__future *future = weft__container(n, weft__awaiter, node)->future;
    if (rc < 0) weft__set_message(future, rc, message);
    weft__complete(future, rc);
  }
}

static void tell_started(weft_executor *pool) {
  if (!weft__any_starting(pool)) weft__tell(&pool->starters, 0, NULL);
}

static void on_alarm(weft__handle *handle);

static int start(weft_executor *pool, bool spare) {
  weft__worker *worker = calloc(1, sizeof *worker);
  if (!worker) return weft__fail(WEFT_ENOMEM, "no memory for a worker");
  worker->pool = pool;
  worker->kind = pool->kind;
  worker->starting = true;
  worker->spare = spare;
  weft__alarm_init(&worker->alarm, on_alarm);
  weft__list_init(&worker->sent);
  int rc = pool->kind->start(worker);
  if (rc < 0) {
    free(worker);
    return rc;
  }
  weft__list_append(spare ? &pool->spares : &pool->workers, &worker->node);
  pool->worker_count += !spare;
  weft__loop.host_ops++;
  return 0;
}

int weft__worker_add(weft_executor *pool) {
  weft__node *spare = weft__list_pop(&pool->spares);
  if (!spare) return start(pool, false);
  worker_at(spare)->spare = false;
  weft__list_append(&pool->workers, spare);
  pool->worker_count++;
  return 0;
}

/* Whether one that ends is to be replaced before a job needs it. */
static bool keeps_workers(const weft_executor *pool) {
  return !pool->closing && !pool->idle;
}

void weft__worker_replace(weft_executor *pool) {
  if (!keeps_workers(pool)) return;
  int rc = weft__worker_add(pool);
  /* Then the next job that needs one tries again, and says why. */
  if (rc < 0) weft__tell(&pool->starters, rc, weft_errmsg(rc));
}

void weft__worker_ready(weft__worker *worker) {
  if (!worker->starting) return;
  worker->starting = false;
  if (!worker->sent_count) weft__loop.host_ops--;
  tell_started(worker->pool);
  weft__worker_watch(worker);
  weft__dispatch(worker->pool);
}

/* ---- ending */

void weft__worker_end(weft__worker *worker) {
  weft__alarm_clear(&worker->alarm);
  weft__list_remove(&worker->node);
  worker->pool->worker_count -= !worker->spare;
  if (weft__is_busy(worker)) weft__loop.host_ops--;
  worker->kind->stop(worker);
  for (weft__node *n; (n = weft__list_pop(&worker->sent));) {
    weft__requeue(weft__container(n, weft__work, node));
  }
  free(worker);
}

/* What a worker runs was not cancelled, or has ended in time. */
static void reprieve(weft__worker *worker) {
  weft__node *spare = weft__list_first(&worker->pool->spares);
  if (worker->late && spare) weft__worker_end(worker_at(spare));
  worker->condemned = worker->late = false;
  weft__alarm_clear(&worker->alarm);
}

void weft__worker_watch(weft__worker *worker) {
  weft_executor *pool = worker->pool;
  weft__node *first = weft__list_first(&worker->sent);
  reprieve(worker);
  if (!first) {
    if (pool->idle) arm(worker, pool->idle);
  } else if (!weft__container(first, weft__work, node)->future) {
    worker->condemned = true;
    arm(worker, pool->grace / 2);
  }
}

static void on_half_of_grace(weft__worker *worker) {
  weft_executor *pool = worker->pool;
  worker->late = true;
  /* If there is none now, it is tried again when the worker has ended. */
  if (keeps_workers(pool)) (void)start(pool, true);
  arm(worker, pool->grace - pool->grace / 2);
}

/* The grace of what it runs is over, or it has been idle for long. */
static void on_alarm(weft__handle *handle) {
  weft__worker *worker = weft__container(handle, weft__worker, alarm.handle);
  weft_executor *pool = worker->pool;
  if (worker->condemned && !worker->late) {
    on_half_of_grace(worker);
    return;
  }
  weft__work *work = worker->sent_count ? weft__worker_pop(worker) : NULL;
  weft__worker_end(worker);
  if (!work) return;
  weft__work_end(work, WEFT_ECANCELED, NULL);
  weft__worker_replace(pool);
  tell_started(pool); /* it may have been the last one that was starting */
  weft__dispatch(pool);
}
