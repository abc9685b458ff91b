/*
 * weft/js.h on Node.js and in browsers: C half. The JavaScript half is
 * web/library_bridge*.js, which call the exported functions here whenever they
 * like, also while a task that called them is on the stack: these only enqueue.
 *
 * Two kinds of things are under way: calls from JS, each a task with a
 * weft_js_args that lives until JS was told its end; and waits of a task for
 * JS, each a weft__bridge_wait in the frame of the task, which JS knows by its
 * address until it has ended it or was told to forget it.
 */
#include "js.h"

#include "error.h"

#include <emscripten/emscripten.h>
#include <stdlib.h>

_Static_assert(sizeof(weft_js_value) == 16 &&
                   offsetof(weft_js_value, number) == 8,
               "library_bridge_values.js reads and writes these");

typedef struct weft__bridge_wait {
  weft__wait wait;
  weft__task *task; /* NULL once JS has ended it */
  int code;
  char *message; /* malloc'd, or NULL */
} weft__bridge_wait;

/*
 * From library_bridge*.js. Those that begin a wait return PENDING, or how it has
 * ended already: the code, with message set if it is negative.
 */
enum { PENDING = 2 };
int weft__bridge_begin_call(weft__bridge_wait *wait, const char *name,
                            const weft_js_value *args, size_t count,
                            weft_js_value *result);
int weft__bridge_begin_next(weft__bridge_wait *wait, uint32_t object,
                            weft_js_value *result);
int weft__bridge_begin_yield(weft__bridge_wait *wait, weft_js_args *call,
                             const weft_js_value *value);
int weft__bridge_begin_serve(weft__bridge_wait *wait);
void weft__bridge_forget(weft__bridge_wait *wait);
void weft__bridge_returned(weft_js_args *call, const weft_js_value *value);
void weft__bridge_ended(weft_js_args *call, int code, const char *name,
                        const char *message);
void weft__bridge_release(uint32_t object);

/* ---- calls from JS */

static struct weft__bridge_export *exports;
static weft__list calls;

static void close_calls(weft__closer *closer);
static weft__closer closer = {.close = close_calls};

void weft__bridge_register(struct weft__bridge_export *entry) {
  struct weft__bridge_export **end = &exports;
  while (*end) end = &(*end)->next;
  *end = entry;
}

static struct weft__bridge_export *export_at(size_t i) {
  struct weft__bridge_export *entry = exports;
  while (entry && i--) entry = entry->next;
  return entry;
}

/* The name of export i, or NULL after the last. */
EMSCRIPTEN_KEEPALIVE const char *weft__bridge_export_name(size_t i) {
  struct weft__bridge_export *entry = export_at(i);
  return entry ? entry->name : NULL;
}

static int run_call(void *arg) {
  weft_js_args *call = arg;
  return call->fn(call);
}

static void end_call(weft_js_args *call) {
  weft__future *future = &call->task->future;
  bool done = weft__done(future); /* else the run ends */
  int code = done ? future->result : WEFT_ECANCELED;
  weft__bridge_ended(call, code, weft_error_name(code),
                     done ? weft__message_of(future) : weft_strerror(code));
  future->taken = true;
  weft__list_remove(&call->all);
  weft__list_remove(&call->done.node);
  weft__unpin(future);
  free(call->values);
  free(call);
}

static void call_done(weft__handle *handle) {
  end_call(weft__container(handle, weft_js_args, done));
}

static void close_calls(weft__closer *ignored) {
  (void)ignored;
  for (weft__node *n; (n = weft__list_first(&calls));) {
    end_call(weft__container(n, weft_js_args, all));
  }
}

/*
 * Starts a call of export i. The values, in a block from malloc, become the
 * call's. Returns NULL when no run is going on (JS keeps such calls), and
 * NO_MEMORY.
 */
#define NO_MEMORY ((weft_js_args *)1)

EMSCRIPTEN_KEEPALIVE weft_js_args *
weft__bridge_start(size_t i, weft_js_value *values, size_t count) {
  if (weft__loop.phase != WEFT__MAIN) return NULL;
  if (!closer.node.next || closer.node.next == &closer.node) {
    weft__list_init(&calls);
    weft__list_append(&weft__loop.closers, &closer.node);
  }
  struct weft__bridge_export *entry = export_at(i);
  weft_js_args *call = malloc(sizeof *call);
  if (!call) return NO_MEMORY;
  weft_task_options options = {.stack_size = entry->stack_size};
  weft__task *task =
      weft__task_new(run_call, call, &options, entry->name, "JavaScript");
  if (!task) {
    free(call);
    return NO_MEMORY;
  }
  *call =
      (weft_js_args){{.run = call_done}, {0}, task, entry->fn, count, values};
  weft__pin(&task->future);
  weft__list_append(&task->future.callbacks, &call->done.node);
  weft__list_append(&calls, &call->all);
  return call;
}

EMSCRIPTEN_KEEPALIVE void weft__bridge_cancel(weft_js_args *call) {
  weft__future *future = &call->task->future;
  if (!weft__done(future)) future->cancel(future);
}

int weft_js_return(weft_js_args *args, weft_js_value value) {
  weft__bridge_returned(args, &value);
  return 0;
}

/* ---- waits for JS */

static bool cancel_wait(weft__task *task) {
  weft__bridge_wait *w = weft__container(task->wait, weft__bridge_wait, wait);
  if (!w->task) return false;
  weft__bridge_forget(w);
  weft__loop.host_ops--;
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  w->task = NULL;
  return true;
}

/* JS ends a wait; the message, in a block from malloc, becomes the wait's. */
EMSCRIPTEN_KEEPALIVE void weft__bridge_end(weft__bridge_wait *wait, int code,
                                           char *message) {
  wait->code = code;
  wait->message = message;
  weft__loop.host_ops--;
  weft__ready(&wait->task->handle);
  wait->task = NULL;
}

/* Goes on once JS has begun: rc is what weft__bridge_begin_... returned. */
static int wait_for_end(weft__bridge_wait *wait, int rc) {
  if (rc == PENDING) {
    wait->task = weft__loop.current;
    weft__loop.host_ops++;
    rc = weft__suspend(&wait->wait);
    if (rc >= 0) rc = wait->code;
  }
  if (wait->message) {
    weft__fail(rc, "%s", wait->message);
    free(wait->message);
  }
  return rc;
}

/* What JS writes of a failure that is there at once. */
EMSCRIPTEN_KEEPALIVE void weft__bridge_failed(weft__bridge_wait *wait,
                                              char *message) {
  wait->message = message;
}

#define WAIT(name)                                                             \
  {                                                                            \
    .wait = { name, cancel_wait, NULL }                                        \
  }

int weft_js_call(const char *name, const weft_js_value *args, size_t count,
                 weft_js_value *result) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft_js_value ignored;
  weft__bridge_wait wait = WAIT("weft_js_call");
  if (result) *result = (weft_js_value){0};
  int rc =
      wait_for_end(&wait, weft__bridge_begin_call(&wait, name, args, count,
                                                  result ? result : &ignored));
  if (!result && rc >= 0) weft_js_free(&ignored);
  return rc;
}

int weft_js_next(weft_js_value iterable, weft_js_value *result) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  *result = (weft_js_value){0};
  if (iterable.kind != WEFT_JS_OBJECT) {
    return weft__fail(WEFT_EINVAL, "weft_js_next: the value is not iterable");
  }
  weft__bridge_wait wait = WAIT("weft_js_next");
  return wait_for_end(&wait,
                      weft__bridge_begin_next(&wait, iterable.object, result));
}

int weft_js_yield(weft_js_args *args, weft_js_value value) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__bridge_wait wait = WAIT("weft_js_yield");
  return wait_for_end(&wait, weft__bridge_begin_yield(&wait, args, &value));
}

int weft_js_serve(void) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  weft__bridge_wait wait = WAIT("weft_js_serve");
  return wait_for_end(&wait, weft__bridge_begin_serve(&wait));
}

void weft_js_free(weft_js_value *value) {
  switch (value->kind) {
  case WEFT_JS_STRING:
  case WEFT_JS_BYTES: free((void *)(uintptr_t)value->bytes); break;
  case WEFT_JS_OBJECT: weft__bridge_release(value->object); break;
  default: break;
  }
  *value = (weft_js_value){0};
}

/* ---- what a program without a main function does */

static int serve(void *arg) {
  (void)arg;
  return weft_js_serve();
}

int weft__bridge_main(void);
int weft__bridge_main(void) { return weft_run(serve, NULL) < 0; }
