/* Futures, calls and reasons of cancels: see futures.test.mjs. */
#include "../lib/trace.h"

static void note_call(void *arg) { note(*(char *)arg); }
static void note_done(weft_future *future, void *arg) {
  CHECK(weft_done(future) == 1);
  note(*(char *)arg);
}

/* ---- futures */

static int results(void *arg) {
  (void)arg;
  weft_future *f = weft_future_new();
  CHECK_EQUAL(weft_done(f), 0);
  CHECK_EQUAL(weft_result(f), WEFT_EPENDING);
  CHECK_EQUAL(weft_future_set_result(f, -1), WEFT_EINVAL);
  CHECK_EQUAL(weft_future_set_result(f, 7), 0);
  CHECK_EQUAL(weft_future_set_result(f, 8), WEFT_EALREADY);
  CHECK_EQUAL(weft_cancel(f), 0);
  CHECK_EQUAL(weft_await(f), 7);
  CHECK_EQUAL(weft_release(f), 0);
  CHECK_EQUAL(weft_await(f), WEFT_ESTALE);
  f = weft_future_new();
  CHECK_EQUAL(weft_future_set_error(f, 1, NULL), WEFT_EINVAL);
  CHECK_EQUAL(weft_future_set_error(f, WEFT_ECANCELED, NULL), WEFT_EINVAL);
  CHECK_EQUAL(weft_future_set_error(f, WEFT_EIO, "the disk is gone"), 0);
  CHECK_EQUAL(weft_await_release(f), WEFT_EIO);
  CHECK(strcmp(weft_errmsg(WEFT_EIO), "the disk is gone") == 0);
  weft_task *me = weft_current_task();
  CHECK_EQUAL(weft_future_set_result(me, 0), WEFT_EINVAL);
  CHECK_EQUAL(weft_await(me), WEFT_EDEADLK);
  CHECK_EQUAL(weft_await(NULL), WEFT_EINVAL);
  return 0;
}

static int stale(void *arg) {
  (void)arg;
  weft_future *first = weft_future_new();
  weft_release(first);
  for (int i = 1; i < 32; i++) {
    weft_future *other = weft_future_new();
    CHECK(other != first);
    CHECK_EQUAL(weft_done(first), WEFT_ESTALE);
    weft_release(other);
  }
  return 0;
}

static int set_later(void *arg) {
  CHECK_EQUAL(weft_sleep(1), 0);
  return weft_future_set_result(arg, 3);
}

static int await_it(void *arg) {
  int rc = weft_await(arg);
  note(rc == 3 ? 'w' : '?');
  return rc;
}

static int fifo(void *arg) {
  (void)arg;
  clear();
  weft_future *f = weft_future_new();
  char a = 'a', b = 'b', c = 'c';
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &a), 0);
  weft_task *waiter = weft_create_task(await_it, f);
  pass(1);
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &b), 0);
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &c), 0);
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &c), 0);
  CHECK_EQUAL(weft_future_remove_done_callback(f, note_done, &c), 2);
  weft_task *setter = weft_create_task(set_later, f);
  CHECK_EQUAL(weft_await(waiter), 3);
  CHECK_TRACE("awb");
  CHECK_EQUAL(weft_future_add_done_callback(f, note_done, &c), 0);
  CHECK_TRACE("awb");
  pass(1);
  CHECK_TRACE("awbc");
  return weft_await(setter);
}

/* A callback that gives the future back, and does all that it may. */
static weft_future *given;

static void busy_done(weft_future *future, void *arg) {
  CHECK(future == given);
  CHECK_EQUAL(weft_future_set_result(future, 1), WEFT_EALREADY);
  CHECK_EQUAL(weft_cancel(future), 0);
  CHECK_EQUAL(weft_future_remove_done_callback(future, busy_done, arg), 0);
  CHECK_EQUAL(weft_future_add_done_callback(future, note_done, arg), 0);
  CHECK_EQUAL(weft_release(future), 0);
  CHECK_EQUAL(weft_release(future), WEFT_ESTALE);
  note('x');
}

static int busy_callbacks(void *arg) {
  (void)arg;
  clear();
  char a = 'a', b = 'b';
  given = weft_future_new();
  weft_task *waiter = weft_create_task(await_it, given);
  CHECK_EQUAL(weft_future_add_done_callback(given, busy_done, &b), 0);
  CHECK_EQUAL(weft_future_add_done_callback(given, note_done, &a), 0);
  pass(1);
  CHECK_EQUAL(weft_future_set_result(given, 3), 0);
  CHECK_EQUAL(weft_await(waiter), 3);
  pass(1);
  CHECK_TRACE("xawb");
  CHECK_EQUAL(weft_done(given), WEFT_ESTALE);
  return 0;
}

/* ---- calls */

static int calls(void *arg) {
  (void)arg;
  clear();
  char n[] = "abcdefg";
  double now = weft_time();
  weft_future *d = weft_call_later(2, note_call, &n[3]);
  weft_call_at(now + 1, note_call, &n[2]);
  weft_call_soon(note_call, &n[0]);
  weft_future *never = weft_call_soon(note_call, &n[4]);
  weft_future *late = weft_call_later(1, note_call, &n[5]);
  weft_call_soon(note_call, &n[1]);
  weft_call_later(-1, note_call, &n[6]);
  CHECK_EQUAL(weft_cancel(never), 1);
  CHECK_EQUAL(weft_cancelled(never), 1);
  CHECK_TRACE("");
  pass(1);
  CHECK_TRACE("ab");
  CHECK_EQUAL(weft_cancel(late), 1);
  CHECK_EQUAL(weft_await(d), 0);
  CHECK_TRACE("abgcd");
  CHECK_EQUAL(weft_cancel(d), 0);
  CHECK(weft_call_later(1e300, note_call, n) == NULL);
  return 0;
}

static void adds_call(void *arg) {
  char *name = arg;
  note(*name);
  if (*name < 'c') weft_release(weft_call_soon(adds_call, name + 2));
}

static int calls_fifo(void *arg) {
  (void)arg;
  clear();
  static char n[] = "abcdef";
  weft_release(weft_call_soon(adds_call, &n[0]));
  weft_release(weft_call_soon(adds_call, &n[1]));
  weft_release(weft_call_soon(adds_call, &n[4]));
  pass(1);
  CHECK_TRACE("abe");
  pass(1);
  CHECK_TRACE("abecd");
  return 0;
}

static void sleep_in_call(void *arg) { *(int *)arg = weft_sleep(1); }

static int calls_cannot_suspend(void *arg) {
  (void)arg;
  int rc = 0;
  weft_call_soon(sleep_in_call, &rc);
  pass(1);
  CHECK_EQUAL(rc, WEFT_ENOTRUNNING);
  return 0;
}

/* ---- a cancel's reason */

static int read_reason(void *arg) {
  int rc = weft_await(arg);
  CHECK(strcmp(weft_errmsg(rc), "the user has left") == 0);
  note('r');
  return rc;
}

static int cancel_reason(void *arg) {
  (void)arg;
  clear();
  weft_future *f = weft_future_new();
  weft_task *inner = weft_create_task(read_reason, f);
  weft_task *outer = weft_create_task(read_reason, inner);
  pass(2);
  CHECK_EQUAL(weft_cancel_with(outer, "the user has left"), 1);
  CHECK_EQUAL(weft_await(outer), WEFT_ECANCELED);
  CHECK(strcmp(weft_errmsg(WEFT_ECANCELED), "the user has left") == 0);
  CHECK_TRACE("rr");
  CHECK_EQUAL(weft_cancelled(f), 1);
  weft_task *t = weft_create_task(await_it, weft_future_new());
  pass(1);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  return 0;
}

/* Cancelled while it runs: the reason is kept until a wait is ended by it. */
static int reason_is(const char *text) {
  return strcmp(weft_errmsg(WEFT_ECANCELED), text) == 0;
}

static int busy(void *arg) {
  weft_future *other = weft_future_new();
  weft_cancel_with(other, "the other's");
  weft_cancel_with(weft_current_task(), arg);
  CHECK_EQUAL(weft_await(NULL), WEFT_EINVAL);
  CHECK(strcmp(weft_errmsg(WEFT_EINVAL), "the handle is NULL") == 0);
  CHECK_EQUAL(weft_await(other), WEFT_ECANCELED);
  CHECK(reason_is("the other's"));
  int rc = weft_sleep(1);
  CHECK(reason_is(arg ? arg : weft_strerror(rc)));
  return rc;
}

static int pending_reason(void *arg) {
  (void)arg;
  CHECK_EQUAL(weft_await(weft_create_task(busy, "its own")), WEFT_ECANCELED);
  CHECK(reason_is("its own"));
  CHECK_EQUAL(weft_await(weft_create_task(busy, NULL)), WEFT_ECANCELED);
  CHECK(reason_is(weft_strerror(WEFT_ECANCELED)));
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a future has one result or error, taken with its message", results},
      {"a stale handle is told from the next 31 uses of its place", stale},
      {"waiters and done-callbacks wake in FIFO order", fifo},
      {"a done-callback may release, cancel, add and remove", busy_callbacks},
      {"calls run soon, later or at a time, and can be cancelled", calls},
      {"call_soon is FIFO, what a call adds runs in the next pass", calls_fifo},
      {"a call cannot suspend", calls_cannot_suspend},
      {"a cancel's reason can be read by all whom it reaches", cancel_reason},
      {"a reason waits, as its cancel does, for the call that this ends",
       pending_reason},
      {NULL},
  });
}
