/*
 * weft_semaphore, after CPython's Lib/asyncio/locks.py: a release takes the one
 * that it adds off again for the task that it wakes.
 */
#include "error.h"
#include "park.h"

#include <weft/semaphore.h>

static bool wake_next(weft_semaphore *semaphore) {
  if (!weft__unpark(&semaphore->waiters, WEFT__GRANTED)) return false;
  semaphore->value--;
  semaphore->woken++;
  return true;
}

int weft_semaphore_acquire(weft_semaphore *semaphore) {
  if (!weft_semaphore_locked(semaphore)) {
    semaphore->value--;
    return 0;
  }
  if (!weft__current()) return WEFT_ENOTRUNNING;
  static const weft__wait wait = {"weft_semaphore_acquire", weft__park_cancel,
                                  NULL};
  int rc = weft__park_in(&semaphore->waiters, &wait);
  if (weft__park_granted()) {
    semaphore->woken--;
    if (rc < 0) semaphore->value++;
  }
  /* Others may have come who had to wait only because of this one. */
  while (semaphore->value && wake_next(semaphore)) continue;
  return rc;
}

int weft_semaphore_release(weft_semaphore *semaphore) {
  if (semaphore->value >= semaphore->bound) {
    return weft__fail(WEFT_ERANGE, "the semaphore was released too many times");
  }
  semaphore->value++;
  wake_next(semaphore);
  return 0;
}
