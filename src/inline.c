/*
 * The workers of a host that has none: the one worker of a pool runs its jobs
 * in the program itself, each as a task, one at a time. Nothing is isolated: a
 * cancel takes effect where the job suspends, and a trap is the program's.
 */
#include "clock.h"
#include "error.h"
#include "host.h"
#include "task.h"
#include "worker.h"

#include <stdlib.h>

typedef struct inline_worker {
  weft__worker *worker; /* NULL: it was stopped, and frees itself */
  weft__task *task;     /* runs the job, or NULL */
  weft__handle done;    /* among the task's callbacks */
  weft__handle ready;
  weft__call *call; /* a copy of the work's: that may go earlier */
  int64_t began;
} inline_worker;

static void on_ready(weft__handle *handle) {
  inline_worker *w = weft__container(handle, inline_worker, ready);
  weft__worker_ready(w->worker);
}

static int start(weft__worker *worker) {
  inline_worker *w = calloc(1, sizeof *w);
  if (!w) return weft__fail(WEFT_ENOMEM, "no memory for a worker");
  w->worker = worker;
  worker->host = w;
  w->ready.run = on_ready;
  weft__node_init(&w->done.node);
  weft__ready(&w->ready);
  return 0;
}

/* Frees what the call had; its task has ended. */
static void end_call(inline_worker *w) {
  weft__task *task = w->task;
  free((void *)w->call->input);
  free(w->call);
  w->call = NULL;
  w->task = NULL;
  weft__unpin(&task->future);
}

static void on_done(weft__handle *handle) {
  inline_worker *w = weft__container(handle, inline_worker, done);
  weft__future *future = &w->task->future;
  future->taken = true;
  if (!w->worker) { /* it was stopped meanwhile */
    free(w->call->output.data);
    end_call(w);
    free(w);
    return;
  }
  weft__outcome outcome = {
      .rc = future->result,
      .output = w->call->output,
      .message = future->message,
      .seconds = (double)(weft__host_now() - w->began) * 1e-9,
  };
  weft__pin(future); /* the message is the outcome's */
  end_call(w);
  weft__worker_done(w->worker, &outcome);
  weft__unpin(future);
}

/* The job is given up before it could begin. */
static void no_memory(inline_worker *w) {
  weft__outcome outcome = {.rc = WEFT_ENOMEM,
                           .message = "no memory for the job's task"};
  weft__worker_done(w->worker, &outcome);
}

static void on_no_memory(weft__handle *handle) {
  no_memory(weft__container(handle, inline_worker, done));
}

static void send(weft__worker *worker, weft__work *const *works, size_t count) {
  (void)count; /* 1: this kind has no streams */
  inline_worker *w = worker->host;
  weft__work *work = works[0];
  weft_task_options options = {.stack_size = WEFT_STACK_MAIN};
  w->call = malloc(sizeof *w->call);
  w->task = !w->call
                ? NULL
                : weft__task_new(weft__job_run, w->call, &options,
                                 work->call.job->name, work->call.job->site);
  if (!w->task) {
    free(w->call);
    w->call = NULL;
    w->done.run = on_no_memory;
    weft__ready(&w->done);
    return;
  }
  *w->call = work->call;
  w->call->input = work->copy; /* is now the call's */
  work->copy = NULL;
  w->began = weft__host_now();
  w->done.run = on_done;
  weft__pin(&w->task->future);
  weft__list_append(&w->task->future.callbacks, &w->done.node);
}

static void cancel(weft__worker *worker, weft__work *work) {
  inline_worker *w = worker->host;
  (void)work; /* the one that it has */
  if (w->task && !weft__done(&w->task->future)) {
    w->task->future.cancel(&w->task->future);
  }
}

static void stop(weft__worker *worker) {
  inline_worker *w = worker->host;
  weft__list_remove(&w->ready.node);
  w->worker = NULL;
  if (w->task && !weft__done(&w->task->future)) return; /* on_done frees it */
  weft__list_remove(&w->done.node);
  if (w->task) {
    free(w->call->output.data);
    end_call(w);
  }
  free(w);
}

const weft__worker_kind weft__inline_workers = {
    .start = start,
    .send = send,
    .cancel = cancel,
    .stop = stop,
};
