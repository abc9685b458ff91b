/* weft_select: see queues.test.mjs. */
#include "../lib/cases.h"

#include <math.h>

typedef struct user {
  weft_queue *queue;
  int item;
  double delay;
  int result;
} user;

static int put_later(void *arg) {
  user *u = arg;
  int rc = weft_sleep(u->delay);
  return rc < 0 ? rc : weft_queue_put(u->queue, &u->item);
}

static int sleeper(void *arg) {
  user *u = arg;
  int rc = weft_sleep(u->delay);
  return rc < 0 ? rc : u->result;
}

static int get_by_select(void *arg) {
  user *u = arg;
  weft_case cases[] = {weft_case_get(u->queue, &u->item)};
  int rc = weft_select(cases, 1);
  return rc < 0 ? rc : cases[0].result;
}

static int get_plainly(void *arg) {
  user *u = arg;
  return weft_queue_get(u->queue, &u->item);
}

static int get_now(weft_queue *queue) {
  int item, rc = weft_queue_get_nowait(queue, &item);
  return rc < 0 ? rc : item;
}

static int put_now(weft_queue *queue, int item) {
  return weft_queue_put_nowait(queue, &item);
}

static int at_once(void *arg) {
  (void)arg;
  weft_queue a = WEFT_QUEUE(int, 0), b = WEFT_QUEUE(int, 0);
  put_now(&a, 1);
  put_now(&b, 2);
  int item = 0;
  weft_case cases[] = {weft_case_get(&b, &item), weft_case_get(&a, &item)};
  CHECK_EQUAL(weft_select(cases, 2), 0);
  CHECK_EQUAL(item, 2);
  CHECK_EQUAL(weft_select(cases, 2), 1);
  CHECK_EQUAL(item, 1);
  weft_case more[] = {weft_case_get(&a, &item), weft_case_after(0)};
  CHECK_EQUAL(weft_select(more, 2), 1);
  CHECK(weft_time() == 0);
  weft_queue_free(&a);
  weft_queue_free(&b);
  return 0;
}

static int first_of_several(void *arg) {
  (void)arg;
  weft_queue a = WEFT_QUEUE(int, 0), b = WEFT_QUEUE(int, 0);
  user u[] = {{&a, 1, 2.0, 0}, {&b, 2, 1.0, 0}, {NULL, 0, 3.0, 33}};
  weft_create_task(put_later, &u[0]);
  weft_create_task(put_later, &u[1]);
  weft_task *t = weft_create_task(sleeper, &u[2]);
  int x = 0, y = 0;
  weft_case cases[] = {weft_case_get(&a, &x), weft_case_get(&b, &y),
                       weft_case_await(t), weft_case_after(10)};
  CHECK_EQUAL(weft_select(cases, 4), 1);
  CHECK_EQUAL(y, 2);
  CHECK(weft_time() == 1.0);
  CHECK_EQUAL(weft_select(cases, 4), 0);
  CHECK_EQUAL(x, 1);
  CHECK(weft_time() == 2.0);
  CHECK_EQUAL(weft_select(cases, 4), 2);
  CHECK_EQUAL(cases[2].result, 33);
  CHECK(weft_time() == 3.0);
  cases[2] = weft_case_after(WEFT_FOREVER);
  CHECK_EQUAL(weft_select(cases, 4), 3);
  CHECK(weft_time() == 13.0);
  weft_queue_free(&a);
  weft_queue_free(&b);
  return 0;
}

static int puts_too(void *arg) {
  (void)arg;
  weft_queue full = WEFT_QUEUE(int, 1), empty = WEFT_QUEUE(int, 1);
  put_now(&full, 1);
  user u = {&full, 0, 0, 0};
  weft_task *t = weft_create_task(get_plainly, &u);
  int in = 7, out = 0;
  weft_case cases[] = {weft_case_get(&empty, &out), weft_case_put(&full, &in)};
  CHECK_EQUAL(weft_select(cases, 2), 1);
  CHECK_EQUAL(cases[1].result, 0);
  CHECK_EQUAL(weft_await(t), 0);
  CHECK_EQUAL(u.item, 1);
  CHECK_EQUAL(get_now(&full), 7);
  put_now(&empty, 5); /* nobody waits for it any more */
  CHECK_EQUAL(get_now(&empty), 5);
  weft_queue_free(&full);
  weft_queue_free(&empty);
  return 0;
}

static int one_only(void *arg) {
  (void)arg;
  weft_queue a = WEFT_QUEUE(int, 0), b = WEFT_QUEUE(int, 0);
  user u[] = {{&a, 1, 1.0, 0}, {&b, 2, 1.0, 0}};
  weft_create_task(put_later, &u[0]);
  weft_create_task(put_later, &u[1]);
  int x = 0, y = 0;
  weft_case cases[] = {weft_case_get(&a, &x), weft_case_get(&b, &y)};
  CHECK_EQUAL(weft_select(cases, 2), 0);
  CHECK_EQUAL(x, 1);
  CHECK_EQUAL(y, 0);
  CHECK_EQUAL(get_now(&b), 2);
  weft_queue_free(&a);
  weft_queue_free(&b);
  return 0;
}

static int in_line(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 0);
  user u[] = {{&queue, 0, 0, 0}, {&queue, 0, 0, 0}, {&queue, 0, 0, 0}};
  weft_task *t[] = {weft_create_task(get_plainly, &u[0]),
                    weft_create_task(get_by_select, &u[1]),
                    weft_create_task(get_plainly, &u[2])};
  pass(1);
  for (int i = 1; i < 4; i++) put_now(&queue, i);
  CHECK_EQUAL(get_now(&queue), WEFT_EEMPTY);
  CHECK_EQUAL(weft_gather(t, 3, NULL), 0);
  for (int i = 0; i < 3; i++) CHECK_EQUAL(u[i].item, i + 1);
  weft_queue_free(&queue);
  return 0;
}

static int cancel_passes_on(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 0);
  user u[] = {{&queue, 0, 0, 0}, {&queue, 0, 0, 0}};
  weft_task *t[] = {weft_create_task(get_by_select, &u[0]),
                    weft_create_task(get_plainly, &u[1])};
  pass(1);
  put_now(&queue, 1);
  weft_cancel(t[0]);
  CHECK_EQUAL(weft_await(t[1]), 0);
  CHECK_EQUAL(u[1].item, 1);
  CHECK_EQUAL(weft_await(t[0]), WEFT_ECANCELED);
  t[0] = weft_create_task(get_by_select, &u[0]);
  pass(1);
  weft_cancel(t[0]); /* while it waits, and again */
  weft_cancel(t[0]);
  CHECK_EQUAL(weft_await(t[0]), WEFT_ECANCELED);
  put_now(&queue, 2);
  CHECK_EQUAL(get_now(&queue), 2);
  weft_queue_free(&queue);
  return 0;
}

static int keeps_futures(void *arg) {
  (void)arg;
  user u = {NULL, 0, 5.0, 44};
  weft_task *t = weft_create_task(sleeper, &u);
  weft_case cases[] = {weft_case_await(t), weft_case_after(1)};
  CHECK_EQUAL(weft_select(cases, 2), 1);
  CHECK_EQUAL(weft_await(t), 44);
  CHECK(weft_time() == 5.0);
  weft_task *failing = weft_create_task(sleeper, (&(user){.result = WEFT_EIO}));
  cases[0] = weft_case_await(failing);
  CHECK_EQUAL(weft_select(cases, 2), 0);
  CHECK_EQUAL(cases[0].result, WEFT_EIO);
  return 0;
}

static int closed(void *arg) {
  (void)arg;
  weft_queue a = WEFT_QUEUE(int, 0), b = WEFT_QUEUE(int, 0);
  user u[] = {{&a, 0, 0, 0}, {&b, 0, 0, 0}};
  int item;
  weft_task *t = weft_create_task(get_by_select, &u[0]);
  pass(1);
  weft_queue_shutdown(&a, false);
  CHECK_EQUAL(weft_await(t), WEFT_ECLOSED);
  weft_case cases[] = {weft_case_get(&b, &item), weft_case_get(&a, &item)};
  CHECK_EQUAL(weft_select(cases, 2), 1);
  CHECK_EQUAL(cases[1].result, WEFT_ECLOSED);
  return 0;
}

static int refused(void *arg) {
  (void)arg;
  weft_case cases[] = {weft_case_await(NULL), weft_case_after(NAN)};
  CHECK_EQUAL(weft_select(cases, 0), WEFT_EINVAL);
  CHECK_EQUAL(weft_select(cases, 1), WEFT_EINVAL);
  CHECK_EQUAL(weft_select(cases + 1, 1), WEFT_EINVAL);
  user u = {.delay = 1};
  weft_task *t = weft_create_task(sleeper, &u);
  CHECK_EQUAL(weft_await(t), 0);
  weft_release(t);
  cases[1] = weft_case_await(t);
  CHECK_EQUAL(weft_select(cases + 1, 1), WEFT_ESTALE);
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"what can happen at once does, the first in the array", at_once},
      {"the first thing that happens is the result", first_of_several},
      {"a put is a case as well", puts_too},
      {"one case happens, no other loses anything", one_only},
      {"a select stands in a queue's line as others do", in_line},
      {"a cancelled select passes on what it was woken for", cancel_passes_on},
      {"a select leaves futures as they are, and tells their errors",
       keeps_futures},
      {"a closed queue is a result", closed},
      {"no case, NaN, NULL and stale handles are refused", refused},
      {NULL, NULL},
  });
}
