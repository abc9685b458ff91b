/*
 * The workers of Node.js and browsers: C half of the program's side. The
 * JavaScript half is web/library_executor.js.
 */
#include "error.h"
#include "worker.h"

#include <emscripten/emscripten.h>
#include <stdlib.h>

/* From web/library_executor.js. */
int weft__js_cores(void);
int weft__js_worker_start(weft__worker *worker, char *text, size_t size);
void weft__js_worker_send(weft__worker *worker, const uint32_t *words,
                          size_t count);
void weft__js_worker_cancel(weft__worker *worker, uint32_t number);
void weft__js_worker_stop(weft__worker *worker);

enum { TEXT_SIZE = 256 };

static int start(weft__worker *worker) {
  char text[TEXT_SIZE];
  if (weft__js_worker_start(worker, text, sizeof text)) return 0;
  return weft__fail(WEFT_EIO, "a worker could not start: %s", text);
}

/* What JavaScript is told of a job: what send there reads. */
enum { WORDS = 4 };

static void send(weft__worker *worker, weft__work *const *works, size_t count) {
  uint32_t words[count * WORDS];
  for (size_t i = 0; i < count; i++) {
    const weft__call *call = &works[i]->call;
    uint32_t *w = &words[i * WORDS];
    w[0] = (uint32_t)(uintptr_t)call->job; /* the same in each instance */
    w[1] = call->items;
    w[2] = (uint32_t)(uintptr_t)call->input;
    w[3] = call->size;
  }
  weft__js_worker_send(worker, words, count);
}

static void cancel(weft__worker *worker, weft__work *work) {
  weft__js_worker_cancel(worker, work->number);
}

static void stop(weft__worker *worker) { weft__js_worker_stop(worker); }

static const weft__worker_kind kind = {
    .start = start,
    .send = send,
    .cancel = cancel,
    .stop = stop,
    .copies = true,
    .streams = true,
};

const weft__worker_kind *
weft__host_workers(const weft_executor_options *options, int *count,
                   void **host, int *rc) {
  (void)host, (void)rc;
  (void)options; /* URLs and tokens are for hosts without threads */
  *count = weft__js_cores();
  return &kind;
}

void weft__host_forget(void *host) { (void)host; }

/* ---- called by JavaScript, from the host's event loop */

EMSCRIPTEN_KEEPALIVE void weft__worker_is_ready(weft__worker *worker) {
  weft__worker_ready(worker);
}

EMSCRIPTEN_KEEPALIVE void weft__worker_has_done(weft__worker *worker, int rc,
                                                void *data, size_t size,
                                                const char *message,
                                                double seconds, bool damaged) {
  weft__outcome outcome = {rc, {data, size}, message, seconds, damaged};
  weft__worker_done(worker, &outcome);
}

EMSCRIPTEN_KEEPALIVE void weft__worker_is_lost(weft__worker *worker, int code,
                                               const char *message) {
  weft__worker_lost(worker, code, message);
}
