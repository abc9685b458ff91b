/*
 * The back end for Node.js and browsers: C half. The JavaScript half is
 * web/driver.js, which calls the exported functions from the host's event loop
 * and, but for weft__step, never from inside another one of them.
 */
#include "host.h"

#include "context.h"
#include "error.h"
#include "loop.h"
#include "task.h"

#include <emscripten/emscripten.h>
#include <math.h>
#include <stdlib.h>

/* From web/library.js. */
double weft__js_now(void);
void weft__js_report(const char *text);
int weft__js_env(const char *name, char *value, size_t size);
_Noreturn void weft__js_exit(int status);

/* How long tasks may run before the host has its turn: half a frame's slack. */
enum { BUDGET = 4 * 1000 * 1000, MAIN_STACK = 1 << 20 };

/* The program's main function is a context too: weft_run suspends it. */
static weft__context root;
static int argc_;
static char **argv_;

/* What clang calls main(int, char **) and main(void). */
__attribute__((weak)) int __main_argc_argv(int argc, char **argv);
__attribute__((weak)) int __main_void(void);
/* What a program of exported functions alone does (web/js.c). */
__attribute__((weak)) int weft__bridge_main(void);

static int run_main(void *arg) {
  (void)arg;
  if (__main_void) return __main_void();
  if (__main_argc_argv) return __main_argc_argv(argc_, argv_);
  if (weft__bridge_main) return weft__bridge_main();
  weft__report("the program has no main function");
  return 1;
}

enum { ROOT_SUSPENDED = -1 };

static int resume_root(void) {
  switch (weft__context_resume(&root)) {
  case WEFT__SUSPENDED: return ROOT_SUSPENDED;
  case WEFT__FINISHED: return root.result & 0xff;
  case WEFT__OVERFLOW: weft__fatal("main has overflowed its C stack");
  case WEFT__OUT_OF_MEMORY: weft__fatal("no memory to suspend main");
  }
  return 0;
}

/*
 * Enters a function that calls weft_run: its exit status, or ROOT_SUSPENDED
 * once it is in there. A worker does so for each job (web/job.c).
 */
int weft__start_root(int (*fn)(void *arg)) {
  static char *stack;
  if (!stack) stack = aligned_alloc(16, MAIN_STACK);
  if (!stack) weft__fatal("no memory for main's stack");
  weft__context_init(&root, stack, MAIN_STACK, fn, NULL);
  return resume_root();
}

/* Runs main, likewise. */
EMSCRIPTEN_KEEPALIVE int weft__start(int argc, char **argv) {
  argc_ = argc;
  argv_ = argv;
  return weft__start_root(run_main);
}

/*
 * Runs what is ready. Returns the milliseconds until it wants to be called
 * again (0: as soon as the host has had its turn; Infinity: when something has
 * completed), or -1 when the run has ended and weft__finish is to be called.
 */
EMSCRIPTEN_KEEPALIVE double weft__turn(void) {
  int64_t next = weft__loop_run(BUDGET);
  if (next == WEFT__LOOP_DONE) return -1;
  if (next == 0) return 0;
  if (next == INT64_MAX) return INFINITY;
  double delay = (double)(next - weft__host_now()) * 1e-6;
  return delay > 0 ? delay : 0;
}

/* Goes on in main after its weft_run: as weft__start. */
EMSCRIPTEN_KEEPALIVE int weft__finish(void) { return resume_root(); }

/*
 * Asks the program to end, as Ctrl-C does: cancels the main task. Returns 0
 * when there is none to cancel.
 */
EMSCRIPTEN_KEEPALIVE int weft__interrupt(void) { return weft_interrupt() == 1; }

/*
 * The host has caught a trap of the task that ran: the others go on. weft__lost
 * returns 0 when there was none, or not the inner one, which had yet to begin.
 */
EMSCRIPTEN_KEEPALIVE void weft__recover(void) { weft__context_recover(); }

EMSCRIPTEN_KEEPALIVE int weft__lost(int code, const char *message,
                                    const weft__handle *inner) {
  weft__task *task = weft__loop.current;
  if (!task || (inner && inner != &task->handle)) return 0;
  weft__task_lost(code, message);
  return 1;
}

int64_t weft__host_now(void) { return (int64_t)(weft__js_now() * 1e6); }

void weft__host_drive(void) { weft__context_suspend(); }

void weft__host_report(const char *text) { weft__js_report(text); }

bool weft__host_env(const char *name, char *value, size_t size) {
  return weft__js_env(name, value, size);
}

_Noreturn void weft__host_exit(int status) { weft__js_exit(status); }
