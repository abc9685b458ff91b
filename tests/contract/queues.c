/* Queues: see queues.test.mjs. */
#include "../lib/cases.h"

#include <string.h>

typedef struct user {
  weft_queue *queue;
  int item; /* what it puts, or got */
} user;

static int get(void *arg) {
  user *u = arg;
  return weft_queue_get(u->queue, &u->item);
}

static int put(void *arg) {
  user *u = arg;
  return weft_queue_put(u->queue, &u->item);
}

static int get_now(weft_queue *queue) {
  int item, rc = weft_queue_get_nowait(queue, &item);
  return rc < 0 ? rc : item;
}

static int put_now(weft_queue *queue, int item) {
  return weft_queue_put_nowait(queue, &item);
}

static int by_value(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

/* ---- order */

static int orders(void *arg) {
  (void)arg;
  weft_queue fifo = WEFT_QUEUE(int, 0), lifo = WEFT_LIFO_QUEUE(int, 0);
  weft_queue priority = WEFT_PRIORITY_QUEUE(int, 0, by_value);
  const int put[] = {1, 3, 2};
  CHECK(weft_queue_empty(&fifo));
  CHECK_EQUAL(get_now(&fifo), WEFT_EEMPTY);
  for (int i = 0; i < 3; i++) {
    CHECK_EQUAL(put_now(&fifo, put[i]), 0);
    CHECK_EQUAL(put_now(&lifo, put[i]), 0);
    CHECK_EQUAL(put_now(&priority, put[i]), 0);
  }
  CHECK_EQUAL((int)weft_queue_size(&fifo), 3);
  for (int i = 0; i < 3; i++) {
    CHECK_EQUAL(get_now(&fifo), put[i]);
    CHECK_EQUAL(get_now(&lifo), put[2 - i]);
    CHECK_EQUAL(get_now(&priority), i + 1);
  }
  CHECK_EQUAL(get_now(&priority), WEFT_EEMPTY);
  weft_queue_free(&fifo);
  weft_queue_free(&lifo);
  weft_queue_free(&priority);
  return 0;
}

typedef struct ticket {
  char text[10];
  short level;
} ticket;

static int by_level(const void *a, const void *b) {
  return ((const ticket *)a)->level - ((const ticket *)b)->level;
}

static int equal_priorities(void *arg) {
  (void)arg;
  weft_queue queue;
  weft_priority_queue_init(&queue, sizeof(ticket), 0, by_level);
  for (int i = 0; i < 40; i++) {
    ticket t = {.level = (short)(i * 7 % 4)};
    snprintf(t.text, sizeof t.text, "%02d", i);
    CHECK_EQUAL(weft_queue_put_nowait(&queue, &t), 0);
  }
  ticket last = {"", -1};
  for (int i = 0; i < 40; i++) {
    ticket t;
    CHECK_EQUAL(weft_queue_get_nowait(&queue, &t), 0);
    CHECK(t.level > last.level || strcmp(t.text, last.text) > 0);
    last = t;
  }
  weft_queue_free(&queue);
  return 0;
}

/* Against a plain array, through every growth and turn of the ring. */
static int ring(void *arg) {
  (void)arg;
  weft_queue queue;
  weft_queue_init(&queue, sizeof(int), 0);
  unsigned random = 1;
  int next_in = 0, next_out = 0;
  for (int i = 0; i < 20000; i++) {
    random = random * 1103515245 + 12345;
    if (random >> 16 & 1 || (random >> 17 & 1 && i < 10000)) {
      CHECK_EQUAL(put_now(&queue, next_in++), 0);
    } else {
      CHECK_EQUAL(get_now(&queue),
                  next_out == next_in ? WEFT_EEMPTY : next_out++);
    }
    CHECK_EQUAL((int)weft_queue_size(&queue), next_in - next_out);
  }
  weft_queue_free(&queue);
  CHECK_EQUAL(get_now(&queue), WEFT_EEMPTY);
  CHECK_EQUAL(put_now(&queue, 5), 0); /* as new after free */
  CHECK_EQUAL(get_now(&queue), 5);
  weft_queue_free(&queue);
  return 0;
}

static int sizes(void *arg) {
  (void)arg;
  weft_queue none = WEFT_QUEUE(int, 0);
  none.item_size = 0;
  CHECK_EQUAL(put_now(&none, 1), WEFT_EINVAL);
  weft_queue huge;
  weft_queue_init(&huge, SIZE_MAX / 4, 0);
  CHECK_EQUAL(put_now(&huge, 1), WEFT_ENOMEM);
  struct big {
    char text[100];
  } in = {"hello"}, out;
  weft_queue queue = WEFT_QUEUE(struct big, 0);
  CHECK_EQUAL(weft_queue_put(&queue, &in), 0);
  strcpy(in.text, "changed");
  CHECK_EQUAL(weft_queue_get(&queue, &out), 0);
  CHECK(strcmp(out.text, "hello") == 0);
  weft_queue_free(&queue);
  return 0;
}

/* ---- waiting */

static int put_three(void *arg) {
  user *u = arg;
  for (; u->item < 3; u->item++) {
    int rc = weft_queue_put(u->queue, &u->item);
    if (rc < 0) return rc;
  }
  return 0;
}

/* QueueBasicTests.test_maxsize */
static int maxsize(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 2);
  user u = {&queue, 0};
  weft_task *t = weft_create_task(put_three, &u);
  weft_sleep(0.01);
  CHECK_EQUAL(u.item, 2);
  CHECK(weft_queue_full(&queue));
  CHECK_EQUAL(put_now(&queue, 9), WEFT_EFULL);
  CHECK_EQUAL(get_now(&queue), 0);
  weft_sleep(0.01);
  CHECK_EQUAL(u.item, 3);
  CHECK_EQUAL(get_now(&queue), 1);
  CHECK_EQUAL(get_now(&queue), 2);
  CHECK_EQUAL(weft_result(t), 0);
  weft_queue_free(&queue);
  return 0;
}

/* QueueGetTests.test_get_cancelled_race */
static int get_cancelled_race(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 0);
  user u[] = {{&queue, 0}, {&queue, 0}};
  weft_task *t1 = weft_create_task(get, &u[0]);
  weft_task *t2 = weft_create_task(get, &u[1]);
  pass(1);
  weft_cancel(t1);
  pass(1);
  CHECK_EQUAL(weft_done(t1), 1);
  CHECK_EQUAL(put_now(&queue, 7), 0);
  pass(1);
  CHECK_EQUAL(weft_result(t2), 0);
  CHECK_EQUAL(u[1].item, 7);
  weft_queue_free(&queue);
  return 0;
}

static int get_woken_then_cancelled(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 0);
  user u[] = {{&queue, 0}, {&queue, 0}};
  weft_task *t1 = weft_create_task(get, &u[0]);
  weft_task *t2 = weft_create_task(get, &u[1]);
  pass(1);
  put_now(&queue, 7);
  weft_cancel(t1);
  CHECK_EQUAL(weft_await(t2), 0);
  CHECK_EQUAL(u[1].item, 7);
  CHECK_EQUAL(weft_await(t1), WEFT_ECANCELED);
  CHECK_EQUAL(u[0].item, 0);
  put_now(&queue, 8); /* and with nobody left it stays */
  user last = {&queue, 0};
  CHECK_EQUAL(get_now(&queue), 8);
  weft_task *t3 = weft_create_task(get, &last);
  pass(1);
  put_now(&queue, 9);
  weft_cancel(t3);
  CHECK_EQUAL(get_now(&queue), WEFT_EEMPTY); /* still kept for t3 */
  CHECK_EQUAL(weft_await(t3), WEFT_ECANCELED);
  CHECK_EQUAL(get_now(&queue), 9);
  weft_queue_free(&queue);
  return 0;
}

/* QueuePutTests.test_put_cancelled_race */
static int put_cancelled_race(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 1);
  user u[] = {{&queue, 'a'}, {&queue, 'b'}, {&queue, 'X'}};
  weft_task *t[3];
  for (int i = 0; i < 3; i++) t[i] = weft_create_task(put, &u[i]);
  pass(1);
  CHECK_EQUAL(weft_done(t[0]), 1);
  CHECK_EQUAL(weft_done(t[1]), 0);
  weft_cancel(t[2]);
  pass(1);
  CHECK_EQUAL(weft_done(t[2]), 1);
  CHECK_EQUAL(get_now(&queue), 'a');
  pass(1);
  CHECK_EQUAL(get_now(&queue), 'b');
  CHECK_EQUAL(weft_await(t[1]), 0);
  weft_queue_free(&queue);
  return 0;
}

static int put_woken_then_cancelled(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 1);
  user u[] = {{&queue, 'b'}, {&queue, 'c'}};
  put_now(&queue, 'a');
  weft_task *b = weft_create_task(put, &u[0]);
  weft_task *c = weft_create_task(put, &u[1]);
  pass(1);
  CHECK_EQUAL(get_now(&queue), 'a');
  weft_cancel(b);
  CHECK_EQUAL(put_now(&queue, 'x'), WEFT_EFULL); /* kept for b, then for c */
  CHECK_EQUAL(weft_await(c), 0);
  CHECK_EQUAL(weft_await(b), WEFT_ECANCELED);
  CHECK_EQUAL(get_now(&queue), 'c');
  CHECK_EQUAL(put_now(&queue, 'x'), 0);
  weft_queue_free(&queue);
  return 0;
}

static int getters_fifo(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 0);
  user u[] = {{&queue, 0}, {&queue, 0}, {&queue, 0}};
  weft_task *t[3];
  for (int i = 0; i < 3; i++) t[i] = weft_create_task(get, &u[i]);
  pass(1);
  put_now(&queue, 1);
  CHECK_EQUAL(get_now(&queue), WEFT_EEMPTY); /* it is the first getter's */
  CHECK_EQUAL((int)weft_queue_size(&queue), 1);
  user late = {&queue, 0};
  weft_task *later = weft_create_task(get, &late);
  put_now(&queue, 2);
  put_now(&queue, 3);
  put_now(&queue, 4);
  CHECK_EQUAL(weft_gather(t, 3, NULL), 0);
  CHECK_EQUAL(weft_await(later), 0);
  for (int i = 0; i < 3; i++) CHECK_EQUAL(u[i].item, i + 1);
  CHECK_EQUAL(late.item, 4);
  weft_queue_free(&queue);
  return 0;
}

static int get_with_timeout(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 0);
  user u = {&queue, 0};
  weft_task *t = weft_create_task(get, &u);
  CHECK_EQUAL(weft_wait_for(t, 0.5), WEFT_ETIMEDOUT);
  CHECK(weft_time() == 0.5);
  put_now(&queue, 1);
  CHECK_EQUAL(get_now(&queue), 1);
  weft_queue_free(&queue);
  return 0;
}

/* ---- join */

typedef struct workers {
  weft_queue queue;
  int sum;
} workers;

static int worker(void *arg) {
  workers *w = arg;
  int item, rc;
  while ((rc = weft_queue_get(&w->queue, &item)) >= 0) {
    w->sum += item;
    weft_queue_task_done(&w->queue);
  }
  return rc == WEFT_ECLOSED ? 0 : rc;
}

/* QueueJoinTestMixin.test_task_done */
static int join(void *arg) {
  (void)arg;
  workers w = {.queue = WEFT_QUEUE(int, 0)};
  CHECK_EQUAL(weft_queue_join(&w.queue), 0);
  CHECK_EQUAL(weft_queue_task_done(&w.queue), WEFT_ERANGE);
  for (int i = 0; i < 100; i++) put_now(&w.queue, i);
  weft_task *t[] = {weft_create_task(worker, &w), weft_create_task(worker, &w)};
  CHECK_EQUAL(weft_queue_join(&w.queue), 0);
  CHECK_EQUAL(w.sum, 4950);
  weft_queue_shutdown(&w.queue, false);
  CHECK_EQUAL(weft_gather(t, 2, NULL), 0);
  weft_queue_free(&w.queue);
  return 0;
}

static int join_it(void *arg) { return weft_queue_join(arg); }

static int join_cancelled(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 0);
  put_now(&queue, 1);
  weft_task *a = weft_create_task(join_it, &queue);
  weft_task *b = weft_create_task(join_it, &queue);
  pass(1);
  weft_cancel(a);
  CHECK_EQUAL(get_now(&queue), 1);
  pass(1);
  CHECK_EQUAL(weft_done(b), 0);
  weft_queue_task_done(&queue);
  CHECK_EQUAL(weft_await(a), WEFT_ECANCELED);
  CHECK_EQUAL(weft_await(b), 0);
  weft_queue_free(&queue);
  return 0;
}

/* ---- shutdown */

/* test_shutdown_empty, test_shutdown_nonempty */
static int shutdown_drains(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 1);
  put_now(&queue, 1);
  user u = {&queue, 2};
  weft_task *putter = weft_create_task(put, &u);
  weft_task *joiner = weft_create_task(join_it, &queue);
  pass(1);
  weft_queue_shutdown(&queue, false);
  CHECK_EQUAL(weft_await(putter), WEFT_ECLOSED);
  CHECK_EQUAL(put_now(&queue, 3), WEFT_ECLOSED);
  CHECK_EQUAL(weft_queue_put(&queue, &u.item), WEFT_ECLOSED);
  CHECK_EQUAL(get_now(&queue), 1);
  CHECK_EQUAL(get_now(&queue), WEFT_ECLOSED);
  CHECK_EQUAL(weft_queue_get(&queue, &u.item), WEFT_ECLOSED);
  CHECK_EQUAL(weft_done(joiner), 0);
  weft_queue_task_done(&queue);
  CHECK_EQUAL(weft_await(joiner), 0);
  CHECK_EQUAL(weft_queue_task_done(&queue), WEFT_ERANGE);
  weft_queue_free(&queue);
  return 0;
}

/* test_shutdown_immediate, …_with_unfinished */
static int shutdown_immediate(void *arg) {
  (void)arg;
  weft_queue queue = WEFT_QUEUE(int, 2);
  put_now(&queue, 1);
  put_now(&queue, 2);
  CHECK_EQUAL(get_now(&queue), 1);
  weft_task *joiner = weft_create_task(join_it, &queue);
  pass(1);
  weft_queue_shutdown(&queue, true);
  CHECK(weft_queue_empty(&queue));
  CHECK_EQUAL(get_now(&queue), WEFT_ECLOSED);
  pass(2);
  CHECK_EQUAL(weft_done(joiner), 0); /* the first is still being worked on */
  weft_queue_task_done(&queue);
  CHECK_EQUAL(weft_await(joiner), 0);
  CHECK_EQUAL(weft_queue_task_done(&queue), WEFT_ERANGE);
  weft_queue_free(&queue);
  return 0;
}

/* test_shutdown_allows_putting_none… : all who wait are let go. */
static int shutdown_wakes(void *arg) {
  (void)arg;
  for (int immediate = 0; immediate < 2; immediate++) {
    weft_queue empty = WEFT_QUEUE(int, 1), full = WEFT_QUEUE(int, 1);
    put_now(&full, 1);
    user u[] = {{&empty, 0}, {&empty, 0}, {&full, 2}, {&full, 3}};
    weft_task *t[4];
    for (int i = 0; i < 4; i++)
      t[i] = weft_create_task(i < 2 ? get : put, &u[i]);
    pass(1);
    weft_queue_shutdown(&empty, immediate);
    weft_queue_shutdown(&full, immediate);
    for (int i = 0; i < 4; i++) CHECK_EQUAL(weft_await(t[i]), WEFT_ECLOSED);
    CHECK_EQUAL(get_now(&full), immediate ? WEFT_ECLOSED : 1);
    weft_queue_free(&empty);
    weft_queue_free(&full);
  }
  return 0;
}

static int shutdown_promised(void *arg) {
  (void)arg;
  for (int immediate = 0; immediate < 2; immediate++) {
    weft_queue queue = WEFT_QUEUE(int, 0);
    user u[] = {{&queue, 0}, {&queue, 0}, {&queue, 0}};
    weft_task *t[3];
    for (int i = 0; i < 2; i++) t[i] = weft_create_task(get, &u[i]);
    pass(1);
    put_now(&queue, 5);
    weft_queue_shutdown(&queue, immediate);
    t[2] = weft_create_task(get, &u[2]); /* comes later still */
    CHECK_EQUAL(weft_await(t[0]), immediate ? WEFT_ECLOSED : 0);
    CHECK_EQUAL(u[0].item, immediate ? 0 : 5);
    CHECK_EQUAL(weft_await(t[1]), WEFT_ECLOSED);
    CHECK_EQUAL(weft_await(t[2]), WEFT_ECLOSED);
    weft_queue_free(&queue);
  }
  return 0;
}

/* A getter that comes between the shutdown and the taking of the last item. */
static int shutdown_late_getter(void *arg) {
  (void)arg;
  for (int cancelled = 0; cancelled < 2; cancelled++) {
    weft_queue queue = WEFT_QUEUE(int, 0);
    user u[] = {{&queue, 0}, {&queue, 0}};
    weft_task *late = weft_create_task(get, &u[0]);
    weft_cancel(late);
    pass(1);
    weft_task *first = weft_create_task(get, &u[0]);
    pass(1);
    late = weft_create_task(get, &u[1]); /* runs before the woken first */
    put_now(&queue, 5);
    weft_queue_shutdown(&queue, false);
    if (cancelled) weft_cancel(first);
    CHECK_EQUAL(weft_await(late), cancelled ? 0 : WEFT_ECLOSED);
    CHECK_EQUAL(weft_await(first), cancelled ? WEFT_ECANCELED : 0);
    CHECK_EQUAL(u[cancelled].item, 5);
    weft_queue_free(&queue);
  }
  return 0;
}

int main(void) {
  return run_cases((test_case[]){
      {"a queue is first in, first out; LIFO and priority are not", orders},
      {"of equal priorities the oldest comes first", equal_priorities},
      {"a queue keeps the order through growth and turns", ring},
      {"items are copied, of any size that memory has", sizes},
      {"a full queue makes a putter wait", maxsize},
      {"a cancelled getter loses nothing", get_cancelled_race},
      {"a getter cancelled after the put passes the item on",
       get_woken_then_cancelled},
      {"a cancelled putter puts nothing", put_cancelled_race},
      {"a putter cancelled after the get passes the place on",
       put_woken_then_cancelled},
      {"getters are served in the order they came", getters_fifo},
      {"a get can have a limit of time", get_with_timeout},
      {"join waits until all work is done", join},
      {"a cancelled join leaves the others waiting", join_cancelled},
      {"a shutdown lets the items be taken, then closes", shutdown_drains},
      {"an immediate shutdown drops the items", shutdown_immediate},
      {"a shutdown wakes all who wait", shutdown_wakes},
      {"a shutdown keeps what was put for a getter, unless immediate",
       shutdown_promised},
      {"who comes after a shutdown gets what another gave up",
       shutdown_late_getter},
      {NULL, NULL},
  });
}
