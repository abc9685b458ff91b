/*
 * Barriers: so many tasks wait for each other at a point, again and again.
 *
 *   static weft_barrier all = WEFT_BARRIER(5);
 *
 * A barrier is the caller's memory and needs no end; nobody may wait at it when
 * its memory goes. Source: asyncio.Barrier.
 */
#ifndef WEFT_BARRIER_H
#define WEFT_BARRIER_H

#include <weft/condition.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Made by WEFT_BARRIER(parties), parties > 0; the fields are weft's own. */
typedef struct weft_barrier {
  weft_condition changed;
  unsigned parties;
  unsigned count; /* tasks that came and have not left */
  int state;
} weft_barrier;

#define WEFT_BARRIER(n) {.parties = (unsigned)(n)}

/* weft_barrier_init(barrier, parties): the same at run time. */
static inline void weft_barrier_init(weft_barrier *barrier, unsigned parties) {
  weft_barrier fresh = WEFT_BARRIER(parties);
  *barrier = fresh;
}

/*
 * weft_barrier_wait(barrier) waits until as many tasks as there are parties
 * wait, and returns the number of this one among them, from 0, in the order in
 * which they came. Who comes while they leave waits for the next round.
 * Errors: WEFT_EBROKEN when it is, or gets, reset or aborted; WEFT_ECANCELED:
 * it no longer counts; WEFT_EINVAL for a barrier of 0 parties.
 * Suspends, except the last one. Source: Barrier.wait.
 */
int weft_barrier_wait(weft_barrier *barrier);

/*
 * weft_barrier_reset(barrier) makes it as new; those who wait get WEFT_EBROKEN.
 * weft_barrier_abort(barrier) breaks it: who waits or comes gets WEFT_EBROKEN,
 * until a reset. Return 0. Errors: WEFT_ECANCELED. Suspend only while tasks
 * that were woken at the barrier are on their way out.
 * Source: Barrier.reset, Barrier.abort.
 */
int weft_barrier_reset(weft_barrier *barrier);
int weft_barrier_abort(weft_barrier *barrier);

/*
 * weft_barrier_parties(barrier): how many it is for.
 * weft_barrier_waiting(barrier): how many wait for the others.
 * weft_barrier_broken(barrier): whether it was aborted.
 * Source: Barrier.parties, Barrier.n_waiting, Barrier.broken.
 */
unsigned weft_barrier_parties(const weft_barrier *barrier);
unsigned weft_barrier_waiting(const weft_barrier *barrier);
bool weft_barrier_broken(const weft_barrier *barrier);

#ifdef __cplusplus
}
#endif
#endif
