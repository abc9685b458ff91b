/*
 * A task may take a step in the middle of another, which waits for it: one that
 * is awaited, or that puts what the other gets. Nobody can tell: each case is
 * run so, and again with other tasks beside it, which make who waits suspend
 * first.
 */
#include "../lib/trace.h"

static bool beside;

static int nothing(void *arg) {
  (void)arg;
  return 0;
}

/* The result of the task, which is awaited at once. */
static int start(weft_fn fn, void *arg) {
  weft_task *other = beside ? weft_create_task(nothing, NULL) : NULL;
  int rc = weft_await_release(weft_create_task(fn, arg));
  if (other) weft_release(other);
  return rc;
}

static int both_ways(void (*run)(void)) {
  for (int i = 0; i < 2; i++) {
    beside = i;
    pass(9); /* the loop looks at its clock, and may, at the first few steps */
    clear();
    run();
  }
  return 0;
}

static void say(void *arg) { note(*(char *)arg); }

/* ---- */

static int calls(void *arg) {
  weft_release(weft_call_soon(say, arg));
  note('t');
  return 3;
}

static void ready_before_run(void) {
  CHECK_EQUAL(start(calls, "c"), 3);
  note('m');
  CHECK_TRACE("tcm");
}
static int ready_before(void *arg) {
  (void)arg;
  return both_ways(ready_before_run);
}

static int says(void *arg) {
  say(arg);
  return 0;
}

static void timer_due_run(void) {
  weft_release(weft_call_later(0, say, "c"));
  start(says, "t");
  note('m');
  CHECK_TRACE("tcm");
}
static int timer_due(void *arg) {
  (void)arg;
  return both_ways(timer_due_run);
}

static int sleeps(void *arg) {
  say(arg);
  int rc = weft_sleep(1);
  note('+');
  return rc < 0 ? rc : 5;
}

static void suspends_run(void) {
  double before = weft_time();
  CHECK_EQUAL(start(sleeps, "t"), 5);
  CHECK(weft_time() == before + 1);
  CHECK_TRACE("t+");
}
static int suspends(void *arg) {
  (void)arg;
  return both_ways(suspends_run);
}

/* ---- cancels */

static int cancels(void *arg) {
  weft_cancel(arg);
  note('t');
  return 3;
}

static void cancels_awaiter_run(void) {
  weft_task *self = weft_current_task();
  CHECK_EQUAL(start(cancels, self), WEFT_ECANCELED);
  CHECK_EQUAL(weft_uncancel(self), 0);
  CHECK_EQUAL(weft_sleep(0), 0);
  CHECK_TRACE("t");
}
static int cancels_awaiter(void *arg) {
  (void)arg;
  return both_ways(cancels_awaiter_run);
}

static int sleeps_cancelled(void *arg) {
  weft_cancel(arg);
  int rc = weft_sleep(1);
  note(rc == WEFT_ECANCELED ? '!' : '?');
  return 4; /* the cancel has been taken */
}

static void takes_cancel_run(void) {
  weft_task *self = weft_current_task();
  CHECK_EQUAL(start(sleeps_cancelled, self), 4);
  CHECK_EQUAL(weft_uncancel(self), 0);
  CHECK_TRACE("!");
}
static int takes_cancel(void *arg) {
  (void)arg;
  return both_ways(takes_cancel_run);
}

static void cancelled_before_run(void) {
  weft_task *task = weft_create_task(says, "t");
  weft_cancel(task);
  CHECK_EQUAL(weft_await_release(task), WEFT_ECANCELED);
  CHECK_TRACE("");
}
static int cancelled_before(void *arg) {
  (void)arg;
  return both_ways(cancelled_before_run);
}

/* ---- depth */

static int chain(void *arg) {
  int left = *(int *)arg - 1;
  if (!left) return weft_sleep_result(0, 1);
  return start(chain, &left) + 1;
}

static void chain_run(void) {
  int length = 1000;
  CHECK_EQUAL(start(chain, &length), length);
}
static int chain_of_awaits(void *arg) {
  (void)arg;
  return both_ways(chain_run);
}

static int deep(int levels) {
  char local[64];
  memset(local, levels, sizeof local);
  int rc = levels ? deep(levels - 1) : start(says, "t");
  return rc + local[levels % 64] - (char)levels;
}

static void deep_run(void) {
  CHECK_EQUAL(deep(200), 0);
  CHECK_TRACE("t");
}
static int from_deep(void *arg) {
  (void)arg;
  return both_ways(deep_run);
}

/* ---- queues, locks and semaphores */

static int yields_on(void *arg) {
  (void)arg;
  int rc = 0;
  while (rc >= 0) rc = weft_sleep(0);
  return rc;
}

/* Runs two tasks to their ends, with one beside them that is always ready. */
static void two(weft_fn first, weft_fn second, void *arg) {
  weft_task *other = beside ? weft_create_task(yields_on, NULL) : NULL;
  weft_task *tasks[] = {weft_create_task(first, arg),
                        weft_create_task(second, arg)};
  CHECK_EQUAL(weft_gather(tasks, 2, NULL), 0);
  for (int i = 0; i < 2; i++) weft_release(tasks[i]);
  if (!other) return;
  weft_cancel(other);
  weft_await_release(other);
}

static int puts_letters(void *arg) {
  for (char c = 'a'; c <= 'e'; c++) {
    note((char)(c - 32));
    int rc = weft_queue_put(arg, &c);
    if (rc < 0) return rc;
  }
  return 0;
}

static int gets_letters(void *arg) {
  for (char c = 0; c != 'e';) {
    int rc = weft_queue_get(arg, &c);
    if (rc < 0) return rc;
    note(c);
  }
  return 0;
}

static void hand_over_run(void) {
  weft_queue queue = {.item_size = 1, .maxsize = 1};
  two(gets_letters, puts_letters, &queue);
  CHECK_TRACE("ABaCbDcEde");
  clear();
  two(puts_letters, gets_letters, &queue);
  CHECK_TRACE("ABaCbDcEde");
  weft_queue_free(&queue);
}
static int hand_over(void *arg) {
  (void)arg;
  return both_ways(hand_over_run);
}

static int takes_lock(void *arg) {
  for (int i = 0; i < 3; i++) {
    int rc = weft_lock_acquire(arg);
    if (rc < 0) return rc;
    note('l');
    rc = weft_sleep(0);
    weft_lock_release(arg);
    note('u');
    if (rc < 0) return rc;
  }
  return 0;
}

static void lock_run(void) {
  weft_lock lock = {0};
  two(takes_lock, takes_lock, &lock);
  CHECK_TRACE("lulululululu");
}
static int lock_changes_hands(void *arg) {
  (void)arg;
  return both_ways(lock_run);
}

static weft_task *waiter;

static int waits_for_item(void *arg) {
  waiter = weft_current_task();
  char c;
  int rc = weft_queue_get(arg, &c);
  note(rc == WEFT_ECANCELED ? '!' : c);
  return rc == WEFT_ECANCELED ? 0 : rc;
}

static int cancels_waiter(void *arg) {
  (void)arg;
  note('x');
  weft_cancel(waiter);
  note('y');
  return 0;
}

static int puts_and_cancels(void *arg) {
  weft_queue_put_nowait(arg, "i");
  weft_cancel(waiter);
  note('y');
  return 0;
}

static void cancel_waiter_run(void) {
  weft_queue queue = {.item_size = 1};
  two(waits_for_item, cancels_waiter, &queue);
  CHECK_TRACE("xy!");
  clear();
  two(waits_for_item, puts_and_cancels, &queue);
  char c = 0;
  CHECK_TRACE("y!");
  CHECK_EQUAL(weft_queue_get_nowait(&queue, &c), 0);
  CHECK(c == 'i');
  weft_queue_free(&queue);
}
static int cancel_waiter(void *arg) {
  (void)arg;
  return both_ways(cancel_waiter_run);
}

/* ---- the loop's own */

static int endless(void) {
  int rc = 0;
  while (rc >= 0) rc = start(nothing, NULL);
  return rc;
}

static int lets_timers_fire(void *arg) {
  (void)arg;
  for (int i = 0; i < 2; i++) {
    beside = i;
    weft_timeout scope;
    weft_timeout_begin(&scope, 0.05);
    CHECK_EQUAL(weft_timeout_end(&scope, endless()), WEFT_ETIMEDOUT);
  }
  return failed_checks;
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) return weft_run(lets_timers_fire, NULL); /* the real clock */
  return run_cases((test_case[]){
      {"what the awaited task makes ready runs before who awaits it",
       ready_before},
      {"a timer that is due comes after the awaited task, before who awaits it",
       timer_due},
      {"the awaited task may suspend", suspends},
      {"it may cancel who awaits it, and ends with that cancel itself",
       cancels_awaiter},
      {"it may take the cancel of who awaits it", takes_cancel},
      {"it does not start if it was cancelled before", cancelled_before},
      {"tasks that each await a new one may be many", chain_of_awaits},
      {"a task may be awaited from deep calls", from_deep},
      {"tasks that hand items to each other take turns", hand_over},
      {"a lock changes hands in the order of arrival", lock_changes_hands},
      {"who waits for an item may be cancelled, and loses none", cancel_waiter},
      {NULL},
  });
}
