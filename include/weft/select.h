/*
 * weft_select: waiting for the first of several things.
 *
 *   struct job job;
 *   weft_case cases[] = {
 *       weft_case_await(stop),        // a future or task
 *       weft_case_get(&jobs, &job),   // an item comes
 *       weft_case_after(5.0),         // nothing for five seconds
 *   };
 *   switch (weft_select(cases, 3)) {
 *   case 0: return cases[0].result;
 *   case 1: return cases[1].result < 0 ? 0 : work(&job);
 *   case 2: return idle();
 *   default: return WEFT_ECANCELED;
 *   }
 *
 * asyncio has no such thing; a reader of Go or libdill knows it.
 */
#ifndef WEFT_SELECT_H
#define WEFT_SELECT_H

#include <stdint.h>
#include <weft/queue.h>
#include <weft/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One of the things to wait for. The fields but the first are weft's own. */
typedef struct weft_case {
  int result; /* of the case that happened: 0 or more, or its error */
  int kind;
  double seconds;
  weft_queue *queue;
  const void *in;
  void *out;
  weft_future *future;
  int64_t when;
  void *private_[12];
} weft_case;

enum { WEFT__CASE_GET, WEFT__CASE_PUT, WEFT__CASE_AWAIT, WEFT__CASE_AFTER };

/*
 * weft_case_get(queue, item): an item is taken out of the queue into *item.
 * result: as of weft_queue_get; WEFT_ECLOSED is a result too.
 */
static inline weft_case weft_case_get(weft_queue *queue, void *item) {
  weft_case c = {.kind = WEFT__CASE_GET, .queue = queue, .out = item};
  return c;
}

/*
 * weft_case_put(queue, item): *item is put into the queue.
 * result: as of weft_queue_put; WEFT_ECLOSED is a result too.
 */
static inline weft_case weft_case_put(weft_queue *queue, const void *item) {
  weft_case c = {.kind = WEFT__CASE_PUT, .queue = queue, .in = item};
  return c;
}

/*
 * weft_case_await(future): it is done. result: as of weft_result. It is not
 * cancelled, whatever comes of the select.
 */
static inline weft_case weft_case_await(weft_future *future) {
  weft_case c = {.kind = WEFT__CASE_AWAIT, .future = future};
  return c;
}

/*
 * weft_case_after(seconds): so much time has passed since weft_select was
 * called. 0 or less happens at once if nothing before it in the array does;
 * WEFT_FOREVER never happens. result: 0.
 */
static inline weft_case weft_case_after(double seconds) {
  weft_case c = {.kind = WEFT__CASE_AFTER, .seconds = seconds};
  return c;
}

/*
 * weft_select(cases, count) waits until one of the cases happens, does that
 * one and no other, and returns its index. When several could happen at once
 * it is the first of them in the array. In the order of those who wait for a
 * queue it counts as one of them, and it gives way at no other's cost.
 * Errors: WEFT_ECANCELED: nothing was taken, put or looked at; WEFT_EINVAL for
 * a NaN, a NULL future or no case; WEFT_ERANGE; WEFT_ESTALE; WEFT_ENOMEM.
 * Suspends unless a case happens at once.
 */
int weft_select(weft_case *cases, size_t count);

#ifdef __cplusplus
}
#endif
#endif
