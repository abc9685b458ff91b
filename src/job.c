#include "job.h"

#include "clock.h"
#include "error.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

bool weft__is_worker;

/* ---- the registry: filled by constructors, before main */

static weft_job *jobs;

void weft__job_register(weft_job *job) {
  job->index = jobs ? jobs->index + 1 : 0;
  job->next = jobs;
  jobs = job;
}

weft_job *weft__job_named(const char *name) {
  weft_job *job = jobs;
  while (job && strcmp(job->name, name) != 0) job = job->next;
  return job;
}

/* ---- running one */

static int run_typed(weft__call *call) {
  const weft_job *job = call->job;
  size_t size = job->output_size ? job->output_size : 1;
  call->output.data = calloc(1, size);
  if (!call->output.data) {
    return weft__fail(WEFT_ENOMEM,
                      "job '%s': no memory for its output of %z "
                      "bytes",
                      job->name, size);
  }
  call->output.size = job->output_size;
  return job->typed(call->input, call->output.data);
}

/* Each item has a result of its own; the call's is 0. */
static int run_chunk(weft__call *call) {
  const weft_job *job = call->job;
  /* A job's output may be larger than its input: does all of it fit? */
  bool fits = job->output_size + 2 * sizeof(int32_t) < SIZE_MAX / call->items;
  size_t at = fits ? weft__call_results_at(job, call->items) : 0;
  size_t size = at + call->items * sizeof(int32_t);
  char *output = fits ? calloc(1, size) : NULL;
  if (!output) {
    return weft__fail(WEFT_ENOMEM, "job '%s': no memory for %z outputs",
                      job->name, (size_t)call->items);
  }
  call->output = (weft_output){output, size};
  for (uint32_t i = 0; i < call->items; i++) {
    const char *input = (const char *)call->input + i * job->input_size;
    int32_t rc = job->typed(input, output + i * job->output_size);
    memcpy(output + at + i * sizeof rc, &rc, sizeof rc);
  }
  return 0;
}

static int run_call(weft__call *call) {
  const weft_job *job = call->job;
  if (job->bytes) return job->bytes(call->input, call->size, &call->output);
  uint64_t wanted = (uint64_t)(call->items ? call->items : 1) * job->input_size;
  if (call->size != wanted) {
    return weft__fail(WEFT_EINVAL,
                      "job '%s' takes an input of %z bytes and was given %z: "
                      "is the other side another build of the program?",
                      job->name, (size_t)wanted, call->size);
  }
  return call->items ? run_chunk(call) : run_typed(call);
}

int weft__job_run(void *arg) {
  weft__call *call = arg;
  weft__loop.cpu_job = call->job->cpu ? call->job->name : NULL;
  int rc = run_call(call);
  weft__loop.cpu_job = NULL;
  return rc;
}

void weft__refuse_wait(void) {
  weft__fail(WEFT_ENOTRUNNING,
             "job '%s' is registered with WEFT_CPU_JOB, which promises that it "
             "never waits: use WEFT_JOB",
             weft__loop.cpu_job);
}

/* ---- looking whether the end is wanted */

enum { LOOK_EVERY = 5 * 1000 * 1000 };

static const weft__wait looking = {"weft_job_cancelled", NULL, NULL};

bool weft_job_cancelled(void) {
  static int64_t next_look;
  weft__task *task = weft__loop.current;
  if (!task) return false;
  if (task->cancel_requests > 0) return true;
  if (weft__loop.cpu_job) return false;
  int64_t now = weft__host_now();
  if (now < next_look) return false;
  weft__loop.host_ops++;
  weft__host_look(&task->handle);
  weft__suspend(&looking);
  weft__loop.host_ops--;
  next_look = weft__host_now() + LOOK_EVERY;
  return task->cancel_requests > 0;
}
