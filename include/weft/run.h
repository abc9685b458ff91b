/* Running a program: the loop's beginning and end, and its clock. */
#ifndef WEFT_RUN_H
#define WEFT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The body of a task: what it returns is the task's result, 0 or more a value,
 * negative a WEFT_E....
 */
typedef int (*weft_fn)(void *arg);

/*
 * weft_run(fn, arg) starts the loop, runs fn(arg) as the main task, and
 * returns its result on every host; code after it runs. When the main task has
 * ended, the tasks that are left are cancelled and awaited, errors that nobody
 * took are reported on stderr, and every handle of the run becomes stale. It
 * can be called again afterwards.
 *
 * On the JS hosts main() itself is suspended into the host's event loop while
 * the loop runs.
 *
 * Errors: what fn returned; WEFT_EINTR when it ended cancelled because the
 * program was interrupted (weft_interrupt); WEFT_ERUNNING inside another
 * weft_run; WEFT_ENOMEM; WEFT_EINVAL for an environment variable (below) that
 * makes no sense; WEFT_EDEADLK when the main task waits and nothing can ever
 * wake it (the waiting tasks are listed on stderr, then cancelled).
 * Source: asyncio.run.
 */
#define weft_run(fn, arg) weft_run_at((fn), (arg), NULL, #fn, WEFT_HERE)

/*
 * Choices for a run; zero means the default throughout.
 *
 * The virtual clock is for tests: weft_time starts at 0, stands still while
 * tasks run, and jumps to the next deadline when all of them wait, so that an
 * hour passes at once. While the host may still answer (a connection, a job)
 * it jumps only after 10 real milliseconds in which nothing has happened.
 *
 * A seed shuffles the order in which what is ready runs, differently in each
 * pass, to find races: what asyncio and weft promise otherwise, first in first
 * out, does not hold then. The same seed gives the same order on every host,
 * and with the virtual clock the same run.
 */
typedef struct weft_run_options {
  bool virtual_clock;   /* or WEFT_CLOCK=virtual in the environment */
  uint64_t seed;        /* or WEFT_SEED=n; 0: not shuffled */
  size_t stack_size;    /* of the main task; default WEFT_STACK_MAIN */
  bool debug;           /* or WEFT_DEBUG=1: debug mode (weft/debug.h) */
  double slow_callback; /* in debug mode, seconds that a step or call may take
                           without a warning; default 0.1 */
} weft_run_options;

enum { WEFT_STACK_MAIN = 1 << 20 };

/*
 * weft_run_with(fn, arg, options): weft_run with options. The environment
 * variables named above set what the options leave at zero, so that a program
 * can be tested as it is.
 * Errors: as weft_run; WEFT_EINVAL for a stack of more than 64 MiB.
 * Source: asyncio.Runner.
 */
#define weft_run_with(fn, arg, options)                                        \
  weft_run_with_at((fn), (arg), (options), #fn, WEFT_HERE)

int weft_run_at(weft_fn fn, void *arg, const weft_run_options *options,
                const char *name, const char *site);
int weft_run_with_at(weft_fn fn, void *arg, const weft_run_options *options,
                     const char *name, const char *site);

/*
 * weft_interrupt() does what Ctrl-C does, an aborted signal of run({signal}),
 * or the unloading of a page: it cancels the main task, which may clean up;
 * when it then ends cancelled, weft_run returns WEFT_EINTR. A program that
 * returns that from main ends in the host's own way of being interrupted (by
 * SIGINT, run() by the signal's reason). A second Ctrl-C, or one while no run
 * is under way, ends the program at once. A page that is being unloaded gives
 * the cleanup no time to wait. On wasmtime it is wasi/weft-run that tells the
 * program of Ctrl-C; plain `wasmtime run` has no way to, and just ends it.
 * Returns 1, or 0 when the main task has ended.
 * Errors: WEFT_ENOTRUNNING. Never suspends. Source: asyncio.Runner.
 */
int weft_interrupt(void);

/*
 * weft_time() is the loop's clock in seconds: monotonic, with an origin of its
 * own. Never suspends. Source: loop.time.
 */
double weft_time(void);

/* Where a macro is used, as "file.c:12": for messages. */
#define WEFT_HERE __FILE_NAME__ ":" WEFT__STR(__LINE__)
#define WEFT__STR(x) WEFT__STR_(x)
#define WEFT__STR_(x) #x

#ifdef __cplusplus
}
#endif
#endif
