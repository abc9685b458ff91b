/* weft_barrier, after CPython's Lib/asyncio/locks.py. */
#include "error.h"
#include "park.h"

#include <weft/barrier.h>

typedef enum state {
  FILLING, /* must be 0 */
  DRAINING,
  RESETTING,
  BROKEN,
} state;

static int broken(void) {
  return weft__fail(WEFT_EBROKEN, "the barrier was aborted or reset");
}

/* Waits until those who passed the barrier have left. */
static int enter(weft_barrier *barrier) {
  while (barrier->state == DRAINING || barrier->state == RESETTING) {
    int rc = weft_condition_wait(&barrier->changed);
    if (rc < 0) return rc;
  }
  return barrier->state == BROKEN ? broken() : 0;
}

static int pass(weft_barrier *barrier) {
  if (barrier->count == barrier->parties) {
    barrier->state = DRAINING;
    weft_condition_notify_all(&barrier->changed);
    return 0;
  }
  while (barrier->state == FILLING) {
    int rc = weft_condition_wait(&barrier->changed);
    if (rc < 0) return rc;
  }
  return barrier->state == DRAINING ? 0 : broken();
}

static void leave(weft_barrier *barrier) {
  if (--barrier->count) return;
  if (barrier->state != BROKEN) barrier->state = FILLING;
  weft_condition_notify_all(&barrier->changed);
}

int weft_barrier_wait(weft_barrier *barrier) {
  if (!barrier->parties) {
    return weft__fail(WEFT_EINVAL, "a barrier for nobody");
  }
  int rc = weft_condition_acquire(&barrier->changed);
  if (rc < 0) return rc;
  rc = enter(barrier);
  if (rc >= 0) {
    int index = (int)barrier->count++;
    rc = pass(barrier);
    if (rc >= 0) rc = index;
    leave(barrier);
  }
  weft_condition_release(&barrier->changed);
  return rc;
}

/* Ends a change of the state, which is made under the lock. */
static int announce(weft_barrier *barrier) {
  weft_condition_notify_all(&barrier->changed);
  return weft_condition_release(&barrier->changed);
}

int weft_barrier_reset(weft_barrier *barrier) {
  int rc = weft_condition_acquire(&barrier->changed);
  if (rc < 0) return rc;
  barrier->state = barrier->count ? RESETTING : FILLING;
  return announce(barrier);
}

int weft_barrier_abort(weft_barrier *barrier) {
  int rc = weft_condition_acquire(&barrier->changed);
  if (rc < 0) return rc;
  barrier->state = BROKEN;
  return announce(barrier);
}

unsigned weft_barrier_parties(const weft_barrier *barrier) {
  return barrier->parties;
}

unsigned weft_barrier_waiting(const weft_barrier *barrier) {
  return barrier->state == FILLING ? barrier->count : 0;
}

bool weft_barrier_broken(const weft_barrier *barrier) {
  return barrier->state == BROKEN;
}
