/*
 * Waiting for the host: for pollables of wasi:io and for the clock.
 *
 * A watch waits for one pollable, once: when that is ready, the watch is taken
 * off the list and its handle is made ready in the loop. The pollables stay
 * their owners', who keep them as long as the stream or socket they come from.
 *
 * One host call looks at all watched pollables, at 0.2 to 0.3 µs each, so it
 * is made when tasks have run for a while or none is ready, not for each of
 * them.
 */
#ifndef WEFT_WASI_POLL_H
#define WEFT_WASI_POLL_H

#include "loop.h"

#include <wasi/wasip2.h>

/* A watch that is all zero waits for nothing. */
typedef struct weft__watch {
  weft__handle *handle;
  uint32_t place; /* 1-based, in the list; 0: it is not watched */
} weft__watch;

/*
 * weft__poll_watch makes `handle`, which is alone, ready once the pollable is.
 * The watch must not be in use. It does not count as something that a task
 * waits for (weft__loop.host_ops). Errors: WEFT_ENOMEM.
 */
int weft__poll_watch(weft__watch *watch, poll_own_pollable_t pollable,
                     weft__handle *handle);

/* weft__poll_unwatch ends a watch early; one that is not watched is fine. */
void weft__poll_unwatch(weft__watch *watch);

/*
 * weft__poll waits until `deadline` (on weft__host_now's clock; 0: only looks;
 * INT64_MAX: for ever) or until a watched pollable is ready.
 */
void weft__poll(int64_t deadline);

/*
 * weft__poll_budget gives for how many nanoseconds tasks may run before the
 * host is looked at: so many that looking takes a fifth of the time at most.
 */
int64_t weft__poll_budget(void);

#endif
