/*
 * The one interface that a host back end (web/, wasi/, tests/native/)
 * implements. The core calls these; a back end calls loop.h and stream.h.
 */
#ifndef WEFT_SRC_HOST_H
#define WEFT_SRC_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* weft__host_now is a monotonic clock in nanoseconds. Cheap; never fails. */
int64_t weft__host_now(void);

/*
 * weft__host_drive calls weft__loop_run until that answers WEFT__LOOP_DONE.
 * In between it waits, in the host's own way, until the deadline answered or
 * until the host has completed something. A back end on an event loop suspends
 * the program's main function meanwhile; others block.
 */
void weft__host_drive(void);

/*
 * weft__host_report writes one line of text to the program's stderr. The text
 * ends with a newline.
 */
void weft__host_report(const char *text);

/*
 * weft__host_env copies the value of an environment variable, cut to size - 1
 * bytes, and returns whether there is one.
 */
bool weft__host_env(const char *name, char *value, size_t size);

struct weft__handle;

/*
 * weft__host_step runs the handle of a task that is ready in the middle of
 * another, which goes on after it, also when that task has trapped, where the
 * host survives that. If there was no stack to begin with, it stays ready.
 */
void weft__host_step(struct weft__handle *handle);

/*
 * weft__host_look lets the host serve its events once, among them a request
 * that the job which runs here is to end (it cancels the main task), and then
 * makes the handle ready.
 */
void weft__host_look(struct weft__handle *handle);

/* weft__host_exit ends the program with that exit status. */
_Noreturn void weft__host_exit(int status);

#endif
