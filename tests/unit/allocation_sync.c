/*
 * Out of memory in queues, select, barriers, conditions, timeouts, calls,
 * cleanups, and in the watching of tasks.
 */
#include "allocation.h"

static int descending(const void *a, const void *b) {
  return *(const int *)b - *(const int *)a;
}

static weft_queue plain, last_first, largest_first;
static weft_barrier barrier;
static weft_condition condition;
static weft_semaphore semaphore;
static weft_event event;
static int called;

static void call(void *arg) {
  (void)arg;
  called++;
}
static void no_text(const char *text, void *arg) { (void)text, (void)arg; }

static int produce(void *arg) {
  for (int i = 0; i < 20; i++) TRY(weft_queue_put(arg, &i));
  return 0;
}

/* Also when the producer did not even begin. */
static void no_more(void *queue) { weft_queue_shutdown(queue, false); }

static int queue(weft_queue *queue) {
  weft_task_options options = {.cleanup = no_more};
  weft_task *task = weft_create_task_with(produce, queue, &options);
  if (!task) return WEFT_ENOMEM;
  int item, rc = 0, count = 0;
  while (rc >= 0 && count < 20) {
    rc = weft_queue_get(queue, &item);
    if (rc >= 0) rc = weft_queue_task_done(queue), count++;
  }
  int produced = weft_await_release(task);
  if (produced < 0) return produced;
  return rc < 0 ? rc : weft_queue_join(queue);
}

/* Waits in a queue that stays empty, for a future, and for a while. */
static int selecting(void) {
  weft_future *future = weft_future_new();
  if (!future) return WEFT_ENOMEM;
  int item;
  weft_case cases[] = {weft_case_get(&plain, &item), weft_case_await(future),
                       weft_case_after(0.01)};
  int rc = weft_select(cases, 3);
  weft_release(future);
  return rc < 0 ? rc : rc != 2;
}

/* Puts grow the queue, by a select and by one that does not wait. */
static int growing(void) {
  weft_queue queue = WEFT_QUEUE(int, 0);
  int item = 1, rc = 0;
  weft_case cases[] = {weft_case_put(&queue, &item), weft_case_after(1)};
  for (int i = 0; i < 10 && rc >= 0; i++) {
    rc = weft_select(cases, 2);
    if (rc >= 0) rc = cases[0].result;
    if (rc >= 0) rc = weft_queue_put_nowait(&queue, &item);
  }
  weft_queue_free(&queue);
  return rc;
}

static int meet(void *arg) {
  (void)arg;
  TRY(weft_semaphore_acquire(&semaphore));
  int rc = weft_condition_acquire(&condition);
  if (rc >= 0) {
    rc = weft_condition_wait(&condition);
    weft_condition_release(&condition);
  }
  weft_semaphore_release(&semaphore);
  if (rc >= 0) rc = weft_event_wait(&event);
  return rc < 0 ? rc : weft_barrier_wait(&barrier);
}

static int notify(void) {
  int rc = weft_condition_acquire(&condition);
  if (rc < 0) return rc;
  weft_condition_notify_all(&condition);
  weft_condition_release(&condition);
  return 0;
}

static int meeting(void) {
  weft_task *task = weft_create_task(meet, NULL);
  if (!task) return WEFT_ENOMEM;
  weft_timeout scope;
  int rc = weft_timeout_begin(&scope, 1);
  if (rc >= 0) {
    for (int i = 0; i < 3 && rc >= 0; i++) rc = weft_sleep(0);
    if (rc >= 0) rc = notify();
    if (rc >= 0) weft_event_set(&event);
    if (rc >= 0) rc = weft_timeout_reschedule(&scope, 2);
    if (rc >= 0 && !weft_done(task)) rc = weft_barrier_wait(&barrier);
    rc = weft_timeout_end(&scope, rc);
  }
  weft_cancel(task); /* if it is still there, this has failed */
  int met = weft_await_release(task);
  if (met == WEFT_ENOMEM) return met;
  return rc < 0 ? rc : met < 0 ? met : 0;
}

static int calling(void) {
  weft_future *calls[] = {weft_call_soon(call, NULL),
                          weft_call_later(0.01, call, NULL),
                          weft_call_at(weft_time() + 0.02, call, NULL)};
  int rc = 0;
  for (int i = 0; i < 3; i++) {
    if (!calls[i]) rc = WEFT_ENOMEM;
    if (calls[i] && rc >= 0) rc = weft_await(calls[i]);
    weft_release(calls[i]);
  }
  return rc;
}

static int cleaning(void) {
  TRY(weft_cleanup_push(call, NULL));
  int rc = weft_cleanup_push(call, NULL);
  if (rc >= 0) rc = weft_cleanup_pop(true);
  return rc;
}

static int cancelled(void) {
  weft_task *task = weft_create_task(meet, NULL);
  if (!task) return WEFT_ENOMEM;
  int rc = weft_sleep(0);
  weft_cancel_with(task, "enough of it");
  int ended = weft_await_release(task);
  if (rc < 0) return rc;
  return ended == WEFT_ECANCELED ? 0 : ended < 0 ? ended : 1;
}

static int scenario(void *arg) {
  (void)arg;
  TRY(queue(&plain));
  TRY(queue(&last_first));
  TRY(queue(&largest_first));
  TRY(selecting());
  TRY(growing());
  TRY(meeting());
  TRY(calling());
  TRY(cleaning());
  TRY(cancelled());
  weft_task_stats stats;
  weft_print_tasks();
  return weft_task_get_stats(weft_current_task(), &stats);
}

/* What lives longer than a run is made anew for each. */
static int fresh(void *arg) {
  weft_queue_init(&plain, sizeof(int), 0);
  weft_lifo_queue_init(&last_first, sizeof(int), 12);
  weft_priority_queue_init(&largest_first, sizeof(int), 0, descending);
  weft_barrier_init(&barrier, 2);
  condition = (weft_condition){0};
  weft_semaphore_init(&semaphore, 1);
  event = (weft_event){0};
  int rc = scenario(arg);
  weft_queue_free(&plain);
  weft_queue_free(&last_first);
  weft_queue_free(&largest_first);
  return rc;
}

int main(void) {
  weft_run_options options = {.virtual_clock = true, .debug = true, .seed = 1};
  weft_trace_chrome(no_text, NULL);
  return fail_each_allocation(fresh, &options, 20);
}
