/* The timer heap against a plain sorted model, on random operations. */
#include "timer.h"

#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/cases.h"

enum { TIMERS = 500, STEPS = 200000 };

typedef struct model {
  weft__timer timer;
  int64_t when;
  long order; /* of arming; 0: not armed */
} model;

static model models[TIMERS];

static long orders;
static int64_t now, last_when;
static long last_order, fired;

static bool due(const model *m) { return m->order && m->when <= now; }

/* Each must be due, and after the one before it. */
static void fire(weft__timer *timer) {
  model *m = weft__container(timer, model, timer);
  CHECK(due(m));
  CHECK(m->when > last_when || (m->when == last_when && m->order > last_order));
  last_when = m->when;
  last_order = m->order;
  m->order = 0;
  fired++;
}

static int64_t least(void) {
  int64_t when = INT64_MAX;
  for (int i = 0; i < TIMERS; i++) {
    if (models[i].order && models[i].when < when) when = models[i].when;
  }
  return when;
}

int main(void) {
  weft__timers timers = {0};
  srand(1);
  for (int i = 0; i < TIMERS; i++) models[i].timer.fire = fire;
  for (int step = 0; step < STEPS; step++) {
    model *m = &models[rand() % TIMERS];
    switch (rand() % 4) {
    case 0:
    case 1:
      m->when = now + rand() % 100;
      m->order = ++orders;
      CHECK(weft__timer_arm(&timers, &m->timer, m->when) == 0);
      break;
    case 2:
      m->order = 0;
      weft__timer_disarm(&timers, &m->timer);
      CHECK(m->timer.place == 0);
      break;
    default:
      now += rand() % 3;
      last_when = INT64_MIN;
      weft__timer_fire_due(&timers, now);
      for (int i = 0; i < TIMERS; i++) CHECK(!due(&models[i]));
    }
    if (step % 100 == 0) CHECK(weft__timer_next(&timers) == least());
  }
  CHECK(fired > 1000);
  weft__timers_free(&timers);
  CHECK(weft__timer_next(&timers) == INT64_MAX);
  return failed_checks != 0;
}
