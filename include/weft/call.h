/*
 * Calls: plain functions that the loop calls, soon or at a time.
 *
 * A call runs outside any task and cannot suspend; make a task for that. Its
 * handle is a future like others: done when the function has returned, to be
 * cancelled with weft_cancel as long as it has not begun, and the caller's, to
 * be released: weft_release(weft_call_soon(fn, arg)) if nothing else is done
 * with it.
 */
#ifndef WEFT_CALL_H
#define WEFT_CALL_H

#include <weft/future.h>
#include <weft/run.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*weft_call_fn)(void *arg);

/*
 * weft_call_soon(fn, arg) calls fn(arg) in the next pass, after what is ready.
 * weft_call_later(seconds, fn, arg) calls it after so many seconds, in the
 * next pass at the earliest; weft_call_at(time, fn, arg) when weft_time() is
 * at least that.
 * NULL: out of memory, outside weft_run, NaN, beyond the clock's range
 * (weft_errmsg says which). Never suspend.
 * Source: loop.call_soon, loop.call_later, loop.call_at.
 */
#define weft_call_soon(fn, arg) weft_call_soon_from((fn), (arg), #fn, WEFT_HERE)
#define weft_call_later(seconds, fn, arg)                                      \
  weft_call_later_from((seconds), (fn), (arg), #fn, WEFT_HERE)
#define weft_call_at(time, fn, arg)                                            \
  weft_call_at_from((time), (fn), (arg), #fn, WEFT_HERE)

weft_future *weft_call_soon_from(weft_call_fn fn, void *arg, const char *name,
                                 const char *site);
weft_future *weft_call_later_from(double seconds, weft_call_fn fn, void *arg,
                                  const char *name, const char *site);
weft_future *weft_call_at_from(double time, weft_call_fn fn, void *arg,
                               const char *name, const char *site);

#ifdef __cplusplus
}
#endif
#endif
