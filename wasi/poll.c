#include "poll.h"

#include "host.h"

#include <time.h>

void weft__poll(int64_t deadline) {
  if (!deadline) return;
  int64_t delay = deadline - weft__host_now();
  if (delay <= 0) return;
  struct timespec t = {delay / 1000000000, delay % 1000000000};
  nanosleep(&t, 0);
}
