/*
 * Timeout scopes: a deadline for everything between two calls.
 *
 *   weft_timeout scope;
 *   int rc = weft_timeout_begin(&scope, 2.5);
 *   if (rc == 0) rc = weft_timeout_end(&scope, work());
 *
 * Scopes nest, like brackets. Source: asyncio.timeout.
 */
#ifndef WEFT_TIMEOUT_H
#define WEFT_TIMEOUT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As a timeout in seconds: none. */
#define WEFT_FOREVER INFINITY

/* A scope; it lives in the caller's frame. The fields are weft's own. */
typedef struct weft_timeout {
  void *private_[8];
  int64_t when;
  int state;
  int cancelling;
} weft_timeout;

/*
 * weft_timeout_begin(scope, seconds) opens a scope in the current task that
 * ends after so many seconds: the call that the task then waits in answers
 * WEFT_ECANCELED, and weft_timeout_end turns that into WEFT_ETIMEDOUT.
 * WEFT_FOREVER sets no deadline; 0 or less ends at the first suspension.
 * Errors: WEFT_ENOTRUNNING; WEFT_EINVAL for NaN; WEFT_ERANGE beyond the clock's
 * range; WEFT_ENOMEM. Never suspends.
 */
int weft_timeout_begin(weft_timeout *scope, double seconds);

/* weft_timeout_begin_at(scope, time): the same, until weft_time() is that. */
int weft_timeout_begin_at(weft_timeout *scope, double time);

/*
 * weft_timeout_end(scope, rc) closes the scope that was opened last. It returns
 * WEFT_ETIMEDOUT when the scope's own deadline is why rc is WEFT_ECANCELED,
 * else rc: a cancel from elsewhere stays one. Never suspends.
 */
int weft_timeout_end(weft_timeout *scope, int rc);

/*
 * weft_timeout_reschedule(scope, seconds) moves the deadline to so many
 * seconds from now. Errors, after which it stays: WEFT_EALREADY when it has
 * passed or the scope is closed; WEFT_EINVAL; WEFT_ERANGE; WEFT_ENOMEM. Never
 * suspends.
 */
int weft_timeout_reschedule(weft_timeout *scope, double seconds);

/* weft_timeout_reschedule_at(scope, time): moves it to that weft_time(). */
int weft_timeout_reschedule_at(weft_timeout *scope, double time);

/* weft_timeout_when(scope): its deadline as a weft_time(), or WEFT_FOREVER. */
double weft_timeout_when(const weft_timeout *scope);

/* weft_timeout_expired(scope): whether its deadline has passed. */
bool weft_timeout_expired(const weft_timeout *scope);

#ifdef __cplusplus
}
#endif
#endif
