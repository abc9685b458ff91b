/* Running a program: the loop's beginning and end, and its clock. */
#ifndef WEFT_RUN_H
#define WEFT_RUN_H

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
 * Errors: what fn returned; WEFT_ERUNNING inside another weft_run;
 * WEFT_ENOMEM; WEFT_EDEADLK when the main task waits and nothing can ever wake
 * it (the waiting tasks are listed on stderr, then cancelled).
 * Source: asyncio.run.
 */
#define weft_run(fn, arg) weft_run_at((fn), (arg), #fn, WEFT_HERE)
int weft_run_at(weft_fn fn, void *arg, const char *name, const char *site);

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
