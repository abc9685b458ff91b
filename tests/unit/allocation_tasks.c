/* Out of memory in tasks, futures, calls, groups, locals. */
#include "allocation.h"

static weft_local local = {"local", NULL};
static weft_lock lock;
static weft_task *tasks[3];
static int results[3];

static int sleeper(void *arg) {
  (void)arg;
  int rc = weft_local_set(&local, &results);
  return rc < 0 ? rc : weft_sleep(0.001);
}

static int fails(void *arg) {
  (void)arg;
  int rc = weft_sleep(0);
  return rc < 0 ? rc : WEFT_EIO;
}

static int locks(void *arg) {
  (void)arg;
  int rc = weft_lock_acquire(&lock);
  if (rc < 0) return rc;
  rc = weft_sleep(0);
  weft_lock_release(&lock);
  return rc;
}

static void nothing(void *arg) { (void)arg; }
static void on_done(weft_future *future, void *arg) { (void)future, (void)arg; }

static int create(weft_fn fn) {
  weft_task_options options = {.cleanup = nothing, .eager = fn == locks};
  for (int i = 0; i < 3; i++) {
    tasks[i] = weft_create_task_with(fn, NULL, &options);
    if (!tasks[i]) return WEFT_ENOMEM;
  }
  return 0;
}

static void release(void) {
  for (int i = 0; i < 3; i++) weft_release(tasks[i]);
}

static int waits(void) {
  weft_as_completed next;
  weft_future *f;
  TRY(create(sleeper));
  TRY(weft_gather(tasks, 3, results));
  release();
  TRY(create(fails));
  TRY(weft_gather_return_errors(tasks, 3, results));
  release();
  TRY(create(locks));
  TRY(weft_wait(tasks, 3, WEFT_FIRST_COMPLETED, 1));
  TRY(weft_as_completed_begin(&next, tasks, 3, 1));
  int rc;
  while ((rc = weft_as_completed_next(&next, &f)) > 0) continue;
  weft_as_completed_end(&next);
  release();
  return rc;
}

static int futures(void) {
  weft_future *f = weft_future_new();
  if (!f) return WEFT_ENOMEM;
  TRY(weft_future_add_done_callback(f, on_done, NULL));
  weft_future *call = weft_call_later(0.001, nothing, NULL);
  if (!call) return WEFT_ENOMEM;
  TRY(weft_await_release(call));
  weft_future *shield = weft_shield(f);
  if (!shield) return WEFT_ENOMEM;
  int rc = weft_wait_for(shield, 0.001);
  if (rc != WEFT_ETIMEDOUT) return rc < 0 ? rc : 1;
  TRY(weft_future_set_error(f, WEFT_EPROTO, "text"));
  rc = weft_await_release(f);
  return rc == WEFT_EPROTO ? 0 : rc;
}

static int group(void) {
  weft_task_group g;
  TRY(weft_task_group_begin(&g));
  int rc = 0;
  for (int i = 0; i < 3 && rc == 0; i++) {
    weft_task_options options = {.cleanup = nothing, .eager = i == 2};
    weft_task *t = weft_task_group_create_task_with(&g, i ? sleeper : fails,
                                                    NULL, &options);
    if (!t) rc = WEFT_ENOMEM;
    weft_release(t);
  }
  rc = weft_task_group_end(&g, rc);
  if (rc != WEFT_EGROUP) return rc;
  weft_task_error errors[3];
  size_t count = weft_task_group_errors(errors, 3);
  for (size_t i = 0; i < count; i++) {
    if (errors[i].code == WEFT_ENOMEM) return WEFT_ENOMEM;
  }
  return 0;
}

/* A reason that waits for the wait which it ends, and goes down from there. */
static int awaits_cancelled(void *arg) {
  weft_cancel_with(weft_current_task(), "enough");
  return weft_await_release(weft_create_task(sleeper, arg));
}

static int limits(void) {
  weft_timeout scope;
  TRY(weft_timeout_begin_at(&scope, weft_time() + 0.001));
  int rc = weft_timeout_reschedule_at(&scope, weft_time() + 0.002);
  if (rc >= 0) rc = weft_sleep(1);
  rc = weft_timeout_end(&scope, rc);
  if (rc != WEFT_ETIMEDOUT) return rc < 0 ? rc : 1;
  weft_task *task = weft_create_task(sleeper, NULL);
  if (!task) return WEFT_ENOMEM;
  rc = weft_wait_for(task, 0);
  weft_release(task);
  if (rc != WEFT_ETIMEDOUT) return rc < 0 ? rc : 1;
  task = weft_create_task(awaits_cancelled, NULL);
  if (!task) return WEFT_ENOMEM;
  rc = weft_await_release(task);
  return rc == WEFT_ECANCELED ? 0 : rc < 0 ? rc : 1;
}

static int main_task(void *arg) {
  (void)arg;
  TRY(weft_cleanup_push(nothing, NULL));
  TRY(waits());
  TRY(futures());
  TRY(limits());
  return group();
}

int main(void) {
  weft_run_options options = {.virtual_clock = true};
  return fail_each_allocation(main_task, &options, 20);
}
