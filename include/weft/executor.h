/*
 * Executors: pools of isolated workers that run jobs (weft/job.h) in parallel.
 * asyncio's run_in_executor with a process pool.
 *
 *   weft_executor *pool = weft_executor_create(0);
 *   struct range range = {0, 1000};
 *   weft_future *future = weft_run_in_executor(pool, sum, &range);
 *   int64_t result;
 *   int rc = weft_await_job(future, sum, &result);
 *   weft_release(future);
 *   weft_executor_shutdown(pool, false);
 *
 * A job's future is a future like any: weft_await, weft_gather, weft_wait_for
 * take it. Cancelling it (or the task that waits for it) ends it at once as
 * cancelled and ends the job for real: the job can see weft_job_cancelled()
 * for the grace time of the pool, then its worker is ended and replaced by one
 * that was started when half of that time was over. Only that job fails; the
 * same holds for a job that traps, overflows its stack (WEFT_ESTACK), calls
 * exit (WEFT_EEXIT) or whose worker dies (WEFT_ETRAP).
 *
 * Hosts. Node.js: worker threads. Browser: Web Workers, started by the page's
 * event loop; the page may have a strict Content-Security-Policy (see
 * docs/executor.md). wasmtime: what WEFT_EXECUTOR names, one or more URLs of
 * `wasmtime serve` on the same component; without it there are no workers and
 * jobs run in the program itself, one at a time, as tasks: they are not
 * isolated and a cancel takes effect where they suspend.
 */
#ifndef WEFT_EXECUTOR_H
#define WEFT_EXECUTOR_H

#include <weft/job.h>
#include <weft/stream.h>
#include <weft/task.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_executor weft_executor;

/* Choices for an executor; zero means the default throughout. */
typedef struct weft_executor_options {
  int max_workers;    /* default: the logical cores */
  size_t queue_limit; /* how many jobs may wait for a worker; default: any
                         number. Beyond, submitting waits */
  bool refuse;        /* ... or, with this, fails with WEFT_EFULL */
  double idle;        /* seconds after which an idle worker is dropped; default:
                         never */
  double grace; /* seconds that a cancelled job has to end by itself; default
                   0.1; negative: none */
  const char *urls;    /* wasmtime: of the servers; default $WEFT_EXECUTOR */
  const char *token;   /* wasmtime: default $WEFT_EXECUTOR_TOKEN */
  const weft_tls *tls; /* wasmtime: for https URLs */
} weft_executor_options;

/*
 * weft_executor_create(max_workers) makes a pool; 0: as many as the host has
 * logical cores. Workers are started when jobs need them. It lives until
 * weft_executor_shutdown or the end of the run, which cancels its jobs.
 * NULL: WEFT_EINVAL; WEFT_ENOMEM; WEFT_ENOTRUNNING; WEFT_ENOTSUP inside a job,
 * which can have no workers of its own (weft_errmsg says which). Never
 * suspends. Source: concurrent.futures.ProcessPoolExecutor.
 */
weft_executor *weft_executor_create(int max_workers);
weft_executor *weft_executor_create_with(const weft_executor_options *options);

/*
 * weft_executor_workers(pool): how many workers it may have; 0 when this host
 * has none and jobs run in the program itself. NULL is the default pool, as in
 * all these functions. Errors: WEFT_ECLOSED; WEFT_ENOTSUP. Never suspends.
 */
int weft_executor_workers(weft_executor *pool);

/*
 * weft_executor_start(pool) starts all its workers now and waits until they
 * can take jobs. Returns how many there are. Errors: WEFT_EIO when one cannot
 * start; WEFT_ECLOSED; WEFT_ECANCELED. Suspends.
 */
int weft_executor_start(weft_executor *pool);

/*
 * weft_run_in_executor(pool, job, &input) submits a job that was registered
 * with WEFT_JOB: it starts at once if a worker is free. The input is copied.
 * The future's result is what the job returned; weft_await_job gives its
 * output too. The handle is the caller's, to be released.
 * A job that is not taken gives a future that has failed already: WEFT_ECLOSED;
 * WEFT_EFULL; WEFT_ECANCELED while it waited for room; WEFT_ENOTRUNNING;
 * WEFT_ENOMEM. NULL: no memory for the future.
 * Suspends only when the pool has a queue limit and does not refuse.
 * Source: loop.run_in_executor.
 */
#define weft_run_in_executor(pool, job, input)                                 \
  weft_executor_submit((pool), &weft__job_##job, weft__job_input_##job(input), \
                       weft__job_##job.input_size, NULL)

/*
 * weft_run_in_executor_bytes(pool, job, data, size): for WEFT_JOB_BYTES. Its
 * output: weft_await, then weft_job_output.
 */
#define weft_run_in_executor_bytes(pool, job, data, size)                      \
  weft_executor_submit((pool), &weft__job_##job, (data), (size), NULL)

/* Choices for one job; zero means the default throughout. */
typedef struct weft_job_options {
  int priority;    /* the higher go first; the same, in order of submission */
  bool idempotent; /* may be run again elsewhere when its worker is lost: it
                      does nothing that counts but computing its output */
} weft_job_options;

/* The same with options; the first is for WEFT_JOB, the second for both. */
#define weft_run_in_executor_with(pool, job, input, options)                   \
  weft_executor_submit((pool), &weft__job_##job, weft__job_input_##job(input), \
                       weft__job_##job.input_size, (options))
weft_future *weft_executor_submit(weft_executor *pool, weft_job *job,
                                  const void *data, size_t size,
                                  const weft_job_options *options);

/*
 * weft_await_job(future, job, &output) awaits the future of a job that was
 * registered with WEFT_JOB and copies its output, if it is 0 or more.
 * Errors: as weft_await, with the job's and why it was not taken; WEFT_EINVAL
 * when the future is not of this job; WEFT_EPROTO when its output has not the
 * type's size.
 * Suspends unless it is done.
 */
#define weft_await_job(future, job, output)                                    \
  weft_await_output((future), &weft__job_##job, weft__job_output_##job(output))
int weft_await_output(weft_future *future, const weft_job *job, void *output);

/*
 * weft_job_output(future, &size) is the output of a job that has ended, valid
 * until the future is released; NULL when there is none. size may be NULL.
 * Never suspends.
 */
const void *weft_job_output(weft_future *future, size_t *size);

/*
 * weft_to_thread(job, &input, &output) runs a job on the default pool, which
 * has a worker for each logical core, and awaits it.
 * Errors: as weft_run_in_executor and weft_await_job. Suspends.
 * Source: asyncio.to_thread.
 */
#define weft_to_thread(job, input, output)                                     \
  weft_to_thread_job(&weft__job_##job, weft__job_input_##job(input),           \
                     weft__job_output_##job(output))
int weft_to_thread_job(weft_job *job, const void *input, void *output);

/*
 * weft_executor_map(pool, job, inputs, count, chunk) submits a job registered
 * with WEFT_JOB for each of the inputs, an array, which is copied. `chunk`
 * inputs travel together and run one after another on one worker; 0: as many
 * as keep each worker busy about four times. weft_map_next then gives the
 * results as they complete; the map is the caller's, to be given to
 * weft_map_close. NULL: WEFT_ENOMEM; WEFT_ENOTRUNNING. Inputs that the pool does
 * not take have their error as a result.
 * Suspends as weft_run_in_executor. Source: Executor.map, as_completed.
 */
typedef struct weft_map weft_map;
#define weft_executor_map(pool, job, inputs, count, chunk)                     \
  weft_executor_map_job((pool), &weft__job_##job,                              \
                        weft__job_input_##job(inputs), (count), (chunk))
weft_map *weft_executor_map_job(weft_executor *pool, weft_job *job,
                                const void *inputs, size_t count, size_t chunk);

/*
 * weft_map_next(map, &index, &output) waits for the next that has ended, gives
 * which input it was and its output, and returns its result or error; `index`
 * is then valid too. Once all were given it returns WEFT_EEMPTY. A chunk whose
 * worker was lost gives its error for each input of it.
 * Errors: the job's; WEFT_ECANCELED when the task was cancelled (the map goes
 * on) or the job was. Suspends.
 */
int weft_map_next(weft_map *map, size_t *index, void *output);

/* weft_map_close(map) cancels what has not ended and frees it; NULL is none.
   Never suspends. */
void weft_map_close(weft_map *map);

/*
 * weft_executor_map_all(pool, job, inputs, count, outputs, chunk): each output
 * goes to its place in outputs, an array. Returns 0 or the first error that
 * happened; the rest is then cancelled.
 * Errors: as weft_executor_map and weft_map_next. Suspends.
 */
#define weft_executor_map_all(pool, job, inputs, count, outputs, chunk)        \
  weft_executor_map_all_job((pool), &weft__job_##job,                          \
                            weft__job_input_##job(inputs), (count),            \
                            weft__job_output_##job(outputs), (chunk))
int weft_executor_map_all_job(weft_executor *pool, weft_job *job,
                              const void *inputs, size_t count, void *outputs,
                              size_t chunk);

/*
 * weft_executor_shutdown(pool, cancel) takes no more jobs, waits for those
 * submitted or, with cancel, cancels what has not ended, then ends the
 * workers. Returns 0. When the waiting task is cancelled it cancels the jobs
 * and ends the workers too. Errors: WEFT_ECLOSED when it was shut down before;
 * WEFT_ECANCELED. Suspends unless nothing is left to wait for.
 * Source: Executor.shutdown.
 */
int weft_executor_shutdown(weft_executor *pool, bool cancel);

#ifdef __cplusplus
}
#endif
#endif
