/* Jobs on the side that runs them: the registry, and running one. */
#ifndef WEFT_SRC_JOB_H
#define WEFT_SRC_JOB_H

#include <stdint.h>
#include <weft/job.h>

/*
 * One call of a job. With items, its input is that many inputs of a typed job,
 * and its output as many outputs, followed by as many int32_t results.
 */
typedef struct weft__call {
  const weft_job *job;
  const void *input;
  size_t size;
  uint32_t items;     /* 0: not a chunk */
  weft_output output; /* what the call has given; the caller's to free */
} weft__call;

/* weft__job_named: the registered job of that name, or NULL. */
weft_job *weft__job_named(const char *name);

/*
 * weft__job_run is the body of the task that makes a call (a weft__call *) and
 * returns its result. Errors: the job's; WEFT_EINVAL when the input's size is
 * not the job's; WEFT_ENOMEM. May suspend, if the job does.
 */
int weft__job_run(void *call);

/* The size of a chunk's outputs, after which its results stand. */
static inline size_t weft__call_results_at(const weft_job *job,
                                           uint32_t items) {
  return (items * job->output_size + 3) & ~(size_t)3;
}

/* Whether this instance is a worker: set by the host, never unset. */
extern bool weft__is_worker;

#endif
