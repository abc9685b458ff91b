/*
 * The loop's clock: the host's, or a virtual one for tests, which stands still
 * while anything runs and jumps to the next deadline when all wait.
 */
#ifndef WEFT_SRC_CLOCK_H
#define WEFT_SRC_CLOCK_H

#include "host.h"

#include <stdbool.h>
#include <stdint.h>

struct weft__clock {
  bool is_virtual;
  int64_t virtual_now;
  int64_t quiet_until; /* host's time at which a jump is due; 0: none is */
};
extern struct weft__clock weft__clock;

/* weft__clock_start sets the clock for a run; a virtual one begins at 0. */
void weft__clock_start(bool is_virtual);

/* The time in nanoseconds. */
static inline int64_t weft__now(void) {
  return weft__clock.is_virtual ? weft__clock.virtual_now : weft__host_now();
}

/*
 * weft__clock_wait is asked when nothing is ready and `next` is the next
 * deadline. It returns 0 when that has come (a virtual clock has jumped to
 * it), else the time of the host's clock until which the host is to wait.
 *
 * While the host may still complete something (weft__loop.host_ops), a virtual
 * clock jumps only after nothing has happened for 10 real milliseconds, so
 * that a timeout does not pass while a local answer is on its way.
 */
int64_t weft__clock_wait(int64_t next);

/*
 * weft__deadline turns a delay in seconds into a time of weft__now, rounded
 * up. Errors: WEFT_EINVAL for NaN or less than 0; WEFT_ERANGE.
 */
int weft__deadline(double seconds, int64_t *when);

/* weft__instant does the same with a time of weft_time. */
int weft__instant(double time, int64_t *when);

#endif
