/*
 * Calls: functions that the loop calls, and the done-callbacks of futures.
 *
 * A call is a future: it is pinned until it has run or was cancelled, and is
 * then done. A done-callback is a call without a handle.
 */
#include "error.h"
#include "hooks.h"
#include "local.h"
#include "waiter.h"

#include <weft/call.h>

typedef struct call {
  weft__future future;
  weft__alarm alarm; /* its handle is the call; the timer's only for later */
  weft__future *subject; /* of a done-callback, pinned */
  weft_call_fn fn;
  weft_done_fn done_fn;
  void *arg;
  const char *name, *site; /* NULL for a done-callback */
  weft__locals *locals;
} call;

static call *call_of(weft__handle *handle) {
  return weft__container(handle, call, alarm.handle);
}

/* Its record goes, also at the end of a run in which it has never run. */
static void drop_call(weft__future *future) {
  weft__locals_drop(weft__container(future, call, future)->locals);
}

static void finish(call *c, int result) {
  if (c->subject) weft__unpin(c->subject);
  weft__complete(&c->future, result);
  weft__unpin(&c->future);
}

static bool cancel_call(weft__future *future) {
  call *c = weft__container(future, call, future);
  if (!c->alarm.timer.place && !weft__linked(&c->alarm.handle.node)) {
    return false; /* it runs just now */
  }
  weft__note_reason(future);
  weft__alarm_clear(&c->alarm);
  finish(c, WEFT_ECANCELED);
  return true;
}

/* Named in asyncify.remove: what it calls cannot suspend. */
void weft__call_run(weft__handle *handle) {
  call *c = call_of(handle);
  const weft__hooks *hooks = weft__loop.hooks;
  int64_t start = hooks ? hooks->call_begin() : 0;
  weft__locals_of_call = c->locals;
  if (c->subject) {
    c->done_fn(weft__handle_of(c->subject), c->arg);
  } else {
    c->fn(c->arg);
  }
  if (hooks) hooks->call_end(c->name, c->site, start);
  weft__locals_of_call = NULL;
  finish(c, 0);
}

/* A call that is not yet in any list; NULL with the message set. */
static call *call_new(const char *what, void *arg, const char *name,
                      const char *site) {
  weft__future *future = weft__future_make_for(sizeof(call), what);
  if (!future) return NULL;
  call *c = weft__container(future, call, future);
  weft__pin(future);
  future->cancel = cancel_call;
  future->dropped = drop_call;
  weft__alarm_init(&c->alarm, weft__call_run);
  c->subject = NULL;
  c->arg = arg;
  c->name = name;
  c->site = site;
  c->locals = weft__locals_share(weft__locals_current());
  return c;
}

weft_future *weft_call_soon_from(weft_call_fn fn, void *arg, const char *name,
                                 const char *site) {
  call *c = call_new("weft_call_soon", arg, name, site);
  if (!c) return NULL;
  c->fn = fn;
  weft__ready(&c->alarm.handle);
  return weft__handle_new(&c->future);
}

static weft_future *call_at(int64_t when, weft_call_fn fn, void *arg,
                            const char *name, const char *site) {
  call *c = call_new("weft_call_at", arg, name, site);
  if (!c) return NULL;
  c->fn = fn;
  if (weft__alarm_set(&c->alarm, when) < 0) {
    weft__unpin(&c->future);
    return NULL;
  }
  return weft__handle_new(&c->future);
}

weft_future *weft_call_later_from(double seconds, weft_call_fn fn, void *arg,
                                  const char *name, const char *site) {
  int64_t when;
  if (weft__deadline(seconds < 0 ? 0 : seconds, &when) < 0) return NULL;
  return call_at(when, fn, arg, name, site);
}

weft_future *weft_call_at_from(double time, weft_call_fn fn, void *arg,
                               const char *name, const char *site) {
  int64_t when;
  if (weft__instant(time, &when) < 0) return NULL;
  return call_at(when, fn, arg, name, site);
}

/* ---- done-callbacks */

int weft_future_add_done_callback(weft_future *handle, weft_done_fn fn,
                                  void *arg) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  call *c = call_new("weft_future_add_done_callback", arg, NULL, NULL);
  if (!c) return WEFT_ENOMEM;
  c->done_fn = fn;
  c->subject = future;
  weft__pin(future);
  weft__when_done(future, &c->alarm.handle);
  return 0;
}

int weft_future_remove_done_callback(weft_future *handle, weft_done_fn fn,
                                     void *arg) {
  weft__future *future = weft__lookup(handle);
  if (!future) return weft__lookup_error(handle);
  int removed = 0;
  for (weft__node *n = weft__list_first(&future->callbacks), *next; n;
       n = next) {
    next = weft__list_next(&future->callbacks, n);
    weft__handle *h = weft__container(n, weft__handle, node);
    if (h->run != weft__call_run) continue;
    call *c = call_of(h);
    if (c->done_fn != fn || c->arg != arg) continue;
    cancel_call(&c->future);
    removed++;
  }
  return removed;
}
