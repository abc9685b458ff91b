/* weft_event, after CPython's Lib/asyncio/locks.py. */
#include "park.h"

#include <weft/event.h>

int weft_event_wait(weft_event *event) {
  if (event->is_set) return 0;
  if (!weft__current()) return WEFT_ENOTRUNNING;
  static const weft__wait wait = {"weft_event_wait", weft__park_cancel, NULL};
  return weft__park_in(&event->waiters, &wait);
}

void weft_event_set(weft_event *event) {
  event->is_set = true;
  weft__unpark_all(&event->waiters);
}
