/*
 * The event loop: what is ready, what is due, who runs.
 *
 * One pass: 1. timers that are due become ready, 2. the host's completions
 * have become ready before, 3. what was ready at the start of the pass runs,
 * first in first out, 4. when nothing is ready the host waits. Whatever becomes
 * ready during a pass runs in the next one.
 *
 * There is one loop in a program: WebAssembly instances have one thread.
 */
#ifndef WEFT_SRC_LOOP_H
#define WEFT_SRC_LOOP_H

#include "clock.h"
#include "list.h"
#include "timer.h"

#include <stdbool.h>
#include <stdint.h>

struct weft__task;
struct weft__hooks;

/*
 * Something the loop can run once. It is alone, in the list of what it waits
 * for, or in a ready list; the same node serves all three.
 */
typedef struct weft__handle {
  weft__node node;
  void (*run)(struct weft__handle *handle);
} weft__handle;

/* Something that is closed at the end of a run: no task is left then. */
typedef struct weft__closer {
  weft__node node;
  void (*close)(struct weft__closer *closer);
} weft__closer;

typedef enum weft__phase {
  WEFT__IDLE,    /* no run */
  WEFT__MAIN,    /* the main task is running */
  WEFT__STOP,    /* it has ended: one more pass, as in asyncio */
  WEFT__CLOSING, /* the tasks that are left were cancelled */
} weft__phase;

struct weft__loop {
  weft__list ready; /* runs in the next pass */
  weft__list batch; /* is left of this pass */
  int steps;        /* until the clock is read */
  int inside;       /* how many steps in the middle of others are under way */
  int left_out;     /* weft__run_ahead does nothing so many times */
  weft__timers timers;
  struct weft__task *current; /* runs now; NULL in the loop itself */
  struct weft__task *main;
  const char *cpu_job; /* the job of WEFT_CPU_JOB that runs now, or NULL */
  weft__list tasks;    /* all that have not ended, in order of creation */
  weft__list closers;  /* of weft__closer, closed last in, first out */
  uint32_t host_ops;   /* what the host may still complete */
  weft__phase phase;
  const struct weft__hooks *hooks; /* of debug mode (hooks.h), or NULL */
  bool traced; /* the next run has debug mode for weft_trace */
  bool deadlocked;
  int interrupts; /* requests of weft_interrupt */
  bool shuffled;  /* the ready order, by a seed (shuffle.h) */
};
extern struct weft__loop weft__loop;

/* Makes a handle that is alone ready. */
static inline void weft__ready(weft__handle *handle) {
  weft__list_append(&weft__loop.ready, &handle->node);
}

/*
 * weft__run_end ends the run, in the loop: weft_run, which suspends the
 * program's main function, and is the larger for it, only returns its result.
 */
void weft__run_end(void);

/*
 * weft__loop_next gives the one handle that is ready, when the loop would at
 * once begin a pass with it if the task that runs suspended now; else, or when
 * another one is wanted, NULL. Who asks takes the loop's place: it is a step.
 */
weft__handle *weft__loop_next(const weft__handle *wanted);

enum { WEFT__LOOP_DONE = -1 };

/*
 * weft__loop_run runs passes while something is ready, for about `budget`
 * nanoseconds. It returns 0 when more is ready, else until when the host is to
 * wait, on the clock of weft__host_now (INT64_MAX: until it has completed
 * something), or WEFT__LOOP_DONE when the run has ended. Called by the host
 * back end, outside any task.
 */
int64_t weft__loop_run(int64_t budget);

#endif
