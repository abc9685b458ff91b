/*
 * Events: a flag that tasks wait for. Source: asyncio.Event.
 *
 * An event is the caller's memory and needs no end; nobody may wait for it
 * when its memory goes.
 */
#ifndef WEFT_EVENT_H
#define WEFT_EVENT_H

#include <stdbool.h>
#include <weft/waiters.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an event that is not set. The fields are weft's own. */
typedef struct weft_event {
  weft_waiters waiters;
  bool is_set;
} weft_event;

/*
 * weft_event_wait(event) waits until it is set. A task that was woken returns
 * even when the event has been cleared again meanwhile. Returns 0.
 * Errors: WEFT_ECANCELED. Suspends unless it is set. Source: Event.wait.
 */
int weft_event_wait(weft_event *event);

/*
 * weft_event_set(event) sets it and wakes all who wait, in the order in which
 * they came. weft_event_clear(event) takes it back. Never suspend.
 * Source: Event.set, Event.clear.
 */
void weft_event_set(weft_event *event);
static inline void weft_event_clear(weft_event *event) {
  event->is_set = false;
}

/* weft_event_is_set(event): whether it is set. Source: Event.is_set. */
static inline bool weft_event_is_set(const weft_event *event) {
  return event->is_set;
}

#ifdef __cplusplus
}
#endif
#endif
