/* Events: see locks.test.mjs. */
#include "../lib/trace.h"

typedef struct waiting {
  weft_event *event;
  char name;
} waiting;

static int wait_event(void *arg) {
  waiting *w = arg;
  int rc = weft_event_wait(w->event);
  if (rc >= 0) note(w->name);
  return rc;
}

/* EventTests.test_wait */
static int event_wakes_all(void *arg) {
  (void)arg;
  clear();
  weft_event event = {0};
  waiting w[] = {{&event, '1'}, {&event, '2'}, {&event, '3'}};
  weft_create_task(wait_event, &w[0]);
  weft_create_task(wait_event, &w[1]);
  pass(1);
  CHECK_TRACE("");
  weft_create_task(wait_event, &w[2]);
  weft_event_set(&event);
  pass(1);
  CHECK_TRACE("312"); /* the third did not have to wait */
  CHECK_EQUAL(weft_event_wait(&event), 0);
  return 0;
}

static int event_cleared(void *arg) {
  (void)arg;
  clear();
  weft_event event = {0};
  waiting w = {&event, '1'};
  weft_task *t = weft_create_task(wait_event, &w);
  pass(1);
  weft_event_set(&event);
  weft_event_clear(&event);
  CHECK(!weft_event_is_set(&event));
  weft_event_set(&event);
  weft_event_set(&event);
  weft_event_clear(&event);
  pass(1);
  CHECK_TRACE("1");
  CHECK_EQUAL(weft_result(t), 0);
  return 0;
}

static int event_cancelled(void *arg) {
  (void)arg;
  clear();
  weft_event event = {0};
  waiting w[] = {{&event, '1'}, {&event, '2'}};
  weft_task *t1 = weft_create_task(wait_event, &w[0]);
  weft_task *t2 = weft_create_task(wait_event, &w[1]);
  pass(1);
  weft_cancel(t1);
  CHECK_EQUAL(weft_await(t1), WEFT_ECANCELED);
  weft_event_set(&event);
  weft_cancel(t2); /* woken already: the cancel wins all the same */
  CHECK_EQUAL(weft_await(t2), WEFT_ECANCELED);
  CHECK_TRACE("");
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"an event wakes all in order and stays set", event_wakes_all},
      {"who an event has woken returns though it was cleared", event_cleared},
      {"a wait for an event can be cancelled", event_cancelled},
      {NULL},
  });
}
