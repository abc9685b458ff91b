#include "clock.h"

#include "error.h"
#include "loop.h"

#include <math.h>

enum { QUIET = 10 * 1000 * 1000 };

struct weft__clock weft__clock;

void weft__clock_start(bool is_virtual) {
  weft__clock = (struct weft__clock){.is_virtual = is_virtual};
}

double weft_time(void) { return (double)weft__now() * 1e-9; }

int64_t weft__clock_wait(int64_t next) {
  if (!weft__clock.is_virtual) return next > weft__host_now() ? next : 0;
  if (next <= weft__clock.virtual_now) return 0;
  if (next == INT64_MAX) return next;
  if (weft__loop.host_ops) {
    int64_t now = weft__host_now();
    if (!weft__clock.quiet_until) weft__clock.quiet_until = now + QUIET;
    if (now < weft__clock.quiet_until) return weft__clock.quiet_until;
  }
  weft__clock.virtual_now = next;
  return 0;
}

static int beyond_range(void) {
  return weft__fail(WEFT_ERANGE, "the time is beyond the clock's range");
}

int weft__deadline(double seconds, int64_t *when) {
  if (!(seconds >= 0)) {
    return weft__fail(WEFT_EINVAL, "a delay is a number of 0 or more seconds");
  }
  int64_t now = weft__now();
  if (seconds >= (double)(INT64_MAX - now) * 1e-9) return beyond_range();
  *when = now + (int64_t)ceil(seconds * 1e9);
  return 0;
}

int weft__instant(double time, int64_t *when) {
  if (isnan(time)) return weft__fail(WEFT_EINVAL, "a time is not NaN");
  if (time >= (double)INT64_MAX * 1e-9) return beyond_range();
  *when = time <= 0 ? 0 : (int64_t)ceil(time * 1e9);
  return 0;
}
