/* The WASI back end: a blocking loop over poll. */
#include "host.h"

#include "interrupt.h"
#include "poll.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void weft__host_step(weft__handle *handle) { weft__task_run(handle); }

int64_t weft__host_now(void) { return (int64_t)monotonic_clock_now(); }

void weft__host_drive(void) {
  int64_t next;
  weft__interrupt_open();
  while ((next = weft__loop_run(weft__poll_budget())) != WEFT__LOOP_DONE) {
    weft__poll(next);
  }
  weft__interrupt_close();
}

void weft__host_report(const char *text) {
  ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
  (void)ignored; /* there is nowhere left to say it */
}

bool weft__host_env(const char *name, char *value, size_t size) {
  const char *found = getenv(name);
  if (!found) return false;
  value[0] = 0;
  strncat(value, found, size - 1);
  return true;
}

_Noreturn void weft__host_exit(int status) { exit(status); }
