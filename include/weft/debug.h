/*
 * Debug mode: what tasks do, and what they do wrong.
 *
 * It is on for a run with weft_run_options.debug or WEFT_DEBUG=1 in the
 * environment; the latter in debug builds and in programs that call
 * weft_run_with or a function of this header, as others do without its code.
 * When it is off it costs nothing at a switch. When it is on, stderr is told of
 * - calls and steps of a task longer than weft_run_options.slow_callback,
 * - tasks whose result nobody looked at although their handle was kept.
 * Source: asyncio's debug mode.
 */
#ifndef WEFT_DEBUG_H
#define WEFT_DEBUG_H

#include <stddef.h>
#include <stdint.h>
#include <weft/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * weft_print_tasks() prints on stderr who awaits whom: each task under the one
 * that waits for it, with where it was created and in what it waits. A deadlock
 * prints the same by itself. Works without debug mode. Never suspends.
 * Source: python -m asyncio pstree, asyncio.print_call_graph.
 */
void weft_print_tasks(void);

/* What debug mode knows of a task. */
typedef struct weft_task_stats {
  uint64_t switches; /* how often it was resumed, its start included */
  double run_time;   /* seconds of the host's clock in which it ran */
  size_t stack_used; /* the most bytes of its C stack that were in use */
  size_t stack_size; /* bytes of C stack that it has; 0 before its start */
} weft_task_stats;

/*
 * weft_task_get_stats(task, stats): also of a task that has ended. Returns 0.
 * Errors: WEFT_ENOTSUP without debug mode; WEFT_ESTALE; WEFT_EINVAL for what
 * is not a task. Never suspends.
 */
int weft_task_get_stats(weft_task *task, weft_task_stats *stats);

/* What happens to a task. */
typedef enum weft_trace_event {
  WEFT_TASK_CREATED,
  WEFT_TASK_STARTED,
  WEFT_TASK_SUSPENDED,
  WEFT_TASK_RESUMED,
  WEFT_TASK_CANCELLED, /* a request; it need not end by it */
  WEFT_TASK_ENDED,
} weft_trace_event;

/* One event; valid during the call. */
typedef struct weft_trace_record {
  weft_trace_event event;
  double time;       /* weft_time() */
  uint32_t id;       /* of the task: 1, 2, 3 ... in order of creation */
  uint64_t switches; /* how often it was resumed, its start included */
  const char *name;  /* the task's */
  const char *site;  /* where it was created */
  const char *what;  /* suspended: in which function; else NULL */
  int result;        /* ended: its result or error; else 0 */
} weft_trace_record;

typedef void (*weft_trace_fn)(const weft_trace_record *record, void *arg);

/*
 * weft_trace(fn, arg) has fn(record, arg) called for every event of the runs
 * that begin from now on, which are in debug mode; NULL ends that. fn runs
 * outside tasks and must not call weft, except weft_error_name and its like.
 * Returns 0. Errors: WEFT_ERUNNING in a run. Never suspends.
 */
int weft_trace(weft_trace_fn fn, void *arg);

/*
 * weft_trace_chrome(write, arg) traces likewise in the Chrome trace event
 * format, which ui.perfetto.dev and chrome://tracing open; a run is a process
 * there, a task a thread. write(text, arg) is given a piece of JSON at a time.
 * weft_trace_chrome(NULL, NULL) writes its end. weft_trace_to_stream is a write
 * for which arg is a FILE *.
 * Returns 0. Errors: WEFT_ERUNNING in a run. Never suspends.
 */
int weft_trace_chrome(void (*write)(const char *text, void *arg), void *arg);
void weft_trace_to_stream(const char *text, void *file);

#ifdef __cplusplus
}
#endif
#endif
