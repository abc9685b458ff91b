/* There are no workers natively: jobs run in the program itself. */
#include "host.h"
#include "loop.h"
#include "worker.h"

const weft__worker_kind *
weft__host_workers(const weft_executor_options *options, int *count,
                   void **host, int *rc) {
  (void)options, (void)count, (void)host, (void)rc;
  return NULL;
}

void weft__host_forget(void *host) { (void)host; }

void weft__host_look(weft__handle *handle) { weft__ready(handle); }
