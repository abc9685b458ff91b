/* Tasks, their order and their ends: see tasks.test.mjs. */
#include "../lib/trace.h"

#include <time.h>

static int step(void *arg) {
  char c = *(char *)arg;
  note(c);
  int rc = weft_sleep(0);
  note(rc < 0 ? '!' : (char)(c - 32));
  return rc;
}

/* ---- order */

static int starts_later(void *arg) {
  (void)arg;
  clear();
  static char c = 'a';
  weft_task *task = weft_create_task(step, &c);
  CHECK_TRACE("");
  CHECK_EQUAL(weft_await(task), 0);
  CHECK_TRACE("aA");
  return 0;
}

static int order(void *arg) {
  (void)arg;
  clear();
  static char n[] = "abc";
  weft_create_task(step, &n[0]);
  weft_create_task(step, &n[1]);
  CHECK_TRACE("");
  pass(1);
  CHECK_TRACE("ab");
  weft_create_task(step, &n[2]);
  pass(1);
  CHECK_TRACE("abABc");
  pass(1);
  CHECK_TRACE("abABcC");
  return 0;
}

static int sleeps(void *arg) {
  const double *seconds = arg;
  weft_sleep(*seconds);
  CHECK(weft_time() >= *seconds);
  note((char)('0' + (int)*seconds));
  return 0;
}

static int timers(void *arg) {
  (void)arg;
  clear();
  static double s[] = {3, 1, 2, 1, 3};
  weft_task *t[5];
  for (int i = 0; i < 5; i++) t[i] = weft_create_task(sleeps, &s[i]);
  CHECK_EQUAL(weft_gather(t, 5, NULL), 0);
  CHECK_TRACE("11233");
  return 0;
}

/* Time on the virtual clock does not pass while tasks run. */
enum { MANY = 1000 };
static int ran;

static void ran_all(void *arg) {
  CHECK_EQUAL(ran, MANY);
  note(*(char *)arg);
}

static int takes_long(void *arg) {
  struct timespec begin, now;
  ran++;
  if (!arg) return 0;
  weft_release(weft_call_later(0, ran_all, arg));
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while ((now.tv_sec - begin.tv_sec) * 1000000000LL + now.tv_nsec -
             begin.tv_nsec <
         10000000);
  return 0;
}

static int long_pass(void *arg) {
  (void)arg;
  clear();
  ran = 0;
  for (int i = 0; i < MANY; i++) {
    weft_release(weft_create_task(takes_long, i ? NULL : "t"));
  }
  pass(3);
  CHECK_TRACE("t");
  return 0;
}

/* ---- names and lists of tasks */

static int names(void *arg) {
  (void)arg;
  static char a = 'a';
  weft_task *me = weft_current_task();
  weft_task *t = weft_create_task_with(
      step, &a, &(weft_task_options){.name = "the stepper"});
  CHECK(strcmp(weft_task_name(t), "the stepper") == 0);
  CHECK_EQUAL(weft_task_set_name(t, "other"), 0);
  CHECK(strcmp(weft_task_name(t), "other") == 0);
  CHECK_EQUAL(weft_task_set_name(t, NULL), WEFT_EINVAL);
  weft_task *all[3] = {NULL, NULL, NULL};
  CHECK_EQUAL((int)weft_all_tasks(all, 3), 2);
  CHECK(all[0] == me && all[1] == t && !all[2]);
  CHECK_EQUAL((int)weft_all_tasks(NULL, 0), 2);
  CHECK_EQUAL(weft_await(t), 0);
  CHECK_EQUAL((int)weft_all_tasks(all, 3), 1);
  return 0;
}

/* ---- task-local values */

static weft_local user = {"user", "nobody"};
static weft_local number = {"number", NULL};

static int inherits(void *arg) {
  CHECK(strcmp(weft_local_get(&user), arg) == 0);
  weft_local_set(&user, "child");
  weft_sleep(1);
  CHECK(strcmp(weft_local_get(&user), "child") == 0);
  return 0;
}

static void call_sees(void *arg) {
  CHECK(strcmp(weft_local_get(&user), arg) == 0);
  CHECK_EQUAL(weft_local_set(&user, "x"), WEFT_ENOTRUNNING);
}

static int locals(void *arg) {
  (void)arg;
  CHECK(strcmp(weft_local_get(&user), "nobody") == 0);
  weft_task *t[3];
  t[0] = weft_create_task(inherits, "nobody");
  CHECK_EQUAL(weft_local_set(&user, "main"), 0);
  CHECK_EQUAL(weft_local_set(&number, &user), 0);
  t[1] = weft_create_task(inherits, "main");
  weft_call_soon(call_sees, "main");
  CHECK_EQUAL(weft_local_set(&user, "later"), 0);
  t[2] = weft_create_task(inherits, "later");
  weft_call_later(1, call_sees, "later");
  CHECK_EQUAL(weft_gather(t, 3, NULL), 0);
  CHECK(strcmp(weft_local_get(&user), "later") == 0);
  CHECK(weft_local_get(&number) == &user);
  return weft_sleep(1);
}

/* ---- eager start */

static int inner_eager(void *arg) {
  note('i');
  CHECK_EQUAL(weft_sleep(1), 0);
  note('j');
  (void)arg;
  return 3;
}

static const weft_task_options eager = {.eager = true};

static int outer_eager(void *arg) {
  note('o');
  weft_task *me = weft_current_task();
  weft_task *t = weft_create_task_with(inner_eager, arg, &eager);
  CHECK(weft_current_task() == me);
  note('p');
  int rc = weft_await(t);
  note('q');
  return rc;
}

static int at_once(void *arg) {
  note('x');
  return *(int *)arg;
}

static void eager_from_call(void *arg) {
  note('(');
  weft_release(weft_create_task_with(inner_eager, arg, &eager));
  note(')');
}

static int eager_start(void *arg) {
  (void)arg;
  clear();
  weft_task *t = weft_create_task_with(outer_eager, NULL, &eager);
  note('m');
  CHECK_TRACE("oipm");
  CHECK_EQUAL(weft_await_release(t), 3);
  CHECK_TRACE("oipmjq");
  clear();
  int result = 8;
  t = weft_create_task_with(at_once, &result, &eager);
  CHECK_TRACE("x");
  CHECK_EQUAL(weft_result(t), 8);
  weft_call_soon(eager_from_call, NULL);
  pass(1);
  CHECK_TRACE("x(i)");
  CHECK_EQUAL(weft_sleep(2), 0);
  CHECK_TRACE("x(i)j");
  return 0;
}

/* ---- cleanup */

static void cleanup(void *arg) { note(*(char *)arg); }

static int with_cleanups(void *arg) {
  static char n[] = "123";
  weft_timeout t;
  CHECK_EQUAL(weft_cleanup_push(cleanup, &n[0]), 0);
  CHECK_EQUAL(weft_cleanup_push(cleanup, &n[1]), 0);
  CHECK_EQUAL(weft_cleanup_push(cleanup, &n[2]), 0);
  weft_timeout_begin(&t, 100);
  CHECK_EQUAL(weft_cleanup_pop(true), WEFT_EINVAL);
  weft_timeout_end(&t, 0);
  CHECK_EQUAL(weft_cleanup_pop(arg != NULL), 0);
  int rc = weft_sleep(1);
  note('e');
  return rc;
}

static int cleanups(void *arg) {
  (void)arg;
  clear();
  CHECK_EQUAL(weft_cleanup_pop(false), WEFT_EINVAL);
  static char o = 'o';
  weft_task_options options = {.cleanup = cleanup};
  CHECK_EQUAL(weft_await(weft_create_task(with_cleanups, NULL)), 0);
  CHECK_TRACE("e21");
  clear();
  weft_task *t = weft_create_task_with(with_cleanups, &o, &options);
  pass(1);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_TRACE("3e21o");
  clear();
  t = weft_create_task_with(with_cleanups, &o, &options);
  weft_cancel(t);
  CHECK_EQUAL(weft_await(t), WEFT_ECANCELED);
  CHECK_TRACE("o");
  return 0;
}

static int pops(void *arg) {
  (void)arg;
  CHECK_EQUAL(weft_cleanup_pop(true), WEFT_EINVAL);
  CHECK_EQUAL(weft_cleanup_push(cleanup, "1"), 0);
  CHECK_EQUAL(weft_cleanup_pop(true), 0);
  return weft_cleanup_pop(false);
}

static int cleanup_of_options(void *arg) {
  (void)arg;
  clear();
  static char o = 'o';
  weft_task_options options = {.cleanup = cleanup};
  weft_task *t = weft_create_task_with(pops, &o, &options);
  CHECK_EQUAL(weft_await(t), WEFT_EINVAL);
  CHECK_TRACE("1o");
  return 0;
}

/* ---- the end of a run */

static int run_once_more(void *arg) { return arg != NULL; }

static int nested_run(void *arg) {
  (void)arg;
  CHECK_EQUAL(weft_run(run_once_more, NULL), WEFT_ERUNNING);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a new task does not start until its creator suspends", starts_later},
      {"what is added during a pass runs in the next one, first in first out",
       order},
      {"timers fire in the order of deadline and insertion, never early",
       timers},
      {"on the virtual clock no timer fires in the middle of a pass",
       long_pass},
      {"tasks have names and can be listed", names},
      {"children and calls inherit task-local values", locals},
      {"an eager task runs until it first suspends", eager_start},
      {"cleanup functions run whatever way a task ends", cleanups},
      {"a task cannot take back the cleanup of its options",
       cleanup_of_options},
      {"weft_run inside weft_run is refused", nested_run},
      {NULL},
  });
}
