/*
 * A worker of Node.js and browsers: C half of its own side. Instead of main it
 * runs one job after another, each in a run of its own (weft_run), so that
 * nothing is left of a job when the next begins. The JavaScript half is in
 * web/library_worker.js.
 */
#include "job.h"

#include "context.h"
#include "error.h"
#include "host.h"
#include "task.h"

#include <emscripten/emscripten.h>
#include <stdlib.h>

/* From web/library_worker.js. */
void weft__js_look(weft__handle *handle);

/* From web/host.c: enters a root function that calls weft_run. */
int weft__start_root(int (*fn)(void *arg));

static weft__call call;

/* How the last job has ended; JavaScript reads the words. */
static struct outcome {
  int32_t rc;
  const void *data;
  size_t size;
  const char *message;
} outcome;

static int run_job(void *arg) {
  (void)arg;
  int rc =
      weft_run_at(weft__job_run, &call, NULL, call.job->name, call.job->site);
  outcome = (struct outcome){
      .rc = rc,
      .data = call.output.data,
      .size = call.output.size,
      .message = rc < 0 ? weft_errmsg(rc) : NULL,
  };
  return 0;
}

/* Begins a job; the input, from malloc, is the job's. As weft__start. */
EMSCRIPTEN_KEEPALIVE int weft__job_begin(const weft_job *job, void *input,
                                         size_t size, uint32_t items) {
  weft__is_worker = true;
  outcome = (struct outcome){0};
  call = (weft__call){.job = job, .input = input, .size = size, .items = items};
  return weft__start_root(run_job);
}

EMSCRIPTEN_KEEPALIVE const struct outcome *weft__job_outcome(void) {
  return &outcome;
}

/*
 * After a trap: whether the task that ran has overflowed its C stack. The
 * stack pointer stands where it was; it may have wrapped around.
 */
EMSCRIPTEN_KEEPALIVE bool weft__job_overflowed(void) {
  weft__task *task = weft__loop.current;
  if (!task) return false;
  const weft__context *context = &task->context;
  uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
  return sp - (uintptr_t)context->stack >= context->stack_size ||
         weft__context_overflowed(context);
}

/* The outcome has been read. */
EMSCRIPTEN_KEEPALIVE void weft__job_clear(void) {
  free((void *)call.input);
  free(call.output.data);
  call = (weft__call){0};
}

/* The program wants the job to end. */
EMSCRIPTEN_KEEPALIVE void weft__job_cancel(void) {
  weft__task *main = weft__loop.main;
  if (main && !weft__done(&main->future)) main->future.cancel(&main->future);
}

void weft__host_look(weft__handle *handle) { weft__js_look(handle); }

EMSCRIPTEN_KEEPALIVE void weft__looked(weft__handle *handle) {
  weft__ready(handle);
}
