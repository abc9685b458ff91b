/*
 * A step of a task in the middle of another, by way of JavaScript, which can
 * catch a trap in it. Apart from web/host.c: not every program has such.
 */
#include "host.h"
#include "task.h"

#include <emscripten/emscripten.h>

/* In web/library.js; calls weft__step. */
void weft__js_step(weft__handle *handle);

EMSCRIPTEN_KEEPALIVE void weft__step(weft__handle *handle) {
  weft__task_run(handle);
}

void weft__host_step(weft__handle *handle) { weft__js_step(handle); }
