/* The back end for native unit tests: blocks in nanosleep. */
#include "host.h"

#include "allocator.h"
#include "loop.h"
#include "task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void weft__host_step(weft__handle *handle) { weft__task_run(handle); }

int64_t weft__host_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

void weft__host_drive(void) {
  int64_t next;
  while ((next = weft__loop_run(INT64_MAX)) != WEFT__LOOP_DONE) {
    int64_t delay = next - weft__host_now();
    if (delay <= 0) continue;
    struct timespec t = {delay / 1000000000, delay % 1000000000};
    nanosleep(&t, NULL);
  }
}

static bool no_memory_reported;

void weft__host_report(const char *text) {
  if (strstr(text, "no memory")) no_memory_reported = true;
  fputs(text, stderr);
}

bool test_no_memory_reported(void) {
  bool was = no_memory_reported;
  no_memory_reported = false;
  return was;
}

bool weft__host_env(const char *name, char *value, size_t size) {
  const char *found = getenv(name);
  if (!found) return false;
  value[0] = 0;
  strncat(value, found, size - 1);
  return true;
}

_Noreturn void weft__host_exit(int status) { exit(status); }
