/*
 * The Mandelbrot set in tiles, computed by workers in parallel; each tile is
 * shown by the page as it comes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

enum { TILE = 32, ACROSS = 16, DOWN = 12, MOST = 3000 };

typedef struct place {
  int column, row;
} place;

typedef struct pixels {
  uint8_t shade[TILE * TILE];
} pixels;

/* How many steps until the point escapes, as a shade; 0 inside the set. */
static uint8_t shade(double x, double y) {
  double a = 0, b = 0;
  for (int i = 0; i < MOST; i++) {
    double a2 = a * a, b2 = b * b;
    if (a2 + b2 > 4) return (uint8_t)(i % 255 + 1);
    b = 2 * a * b + y;
    a = a2 - b2 + x;
  }
  return 0;
}

static int render(const place *at, pixels *out) {
  const double scale = 3.0 / (TILE * ACROSS);
  for (int i = 0; i < TILE * TILE; i++) {
    int px = at->column * TILE + i % TILE, py = at->row * TILE + i / TILE;
    out->shade[i] = shade(px * scale - 2.2, py * scale - 1.125);
  }
  return 0;
}
WEFT_JOB(render, place, pixels)

static int workers;

static int async_main(void *arg) {
  (void)arg;
  static place places[ACROSS * DOWN];
  const int count = ACROSS * DOWN;
  for (int i = 0; i < count; i++) places[i] = (place){i % ACROSS, i / ACROSS};

  weft_executor *pool = weft_executor_create(workers);
  if (!pool) return WEFT_ENOMEM;
  int rc = weft_executor_start(pool); /* so that starting is not measured */
  double begin = weft_time();
  weft_map *map = weft_executor_map(pool, render, places, count, 2);
  static pixels tile;
  size_t index;
  while (rc >= 0 && (rc = weft_map_next(map, &index, &tile)) >= 0) {
    weft_js_value values[] = {
        weft_js_of_number(places[index].column * TILE),
        weft_js_of_number(places[index].row * TILE),
        weft_js_of_number(TILE),
        weft_js_of_bytes(&tile, sizeof tile),
    };
    rc = weft_js_call("tile", values, 4, NULL);
  }
  if (rc != WEFT_EEMPTY) return rc;
  printf("%d workers: %.3f seconds\n", weft_executor_workers(pool),
         weft_time() - begin);
  return weft_executor_shutdown(pool, false);
}

/* Its argument: how many workers. */
int main(int argc, char **argv) {
  workers = argc > 1 ? atoi(argv[1]) : 0;
  return weft_run(async_main, NULL) < 0;
}
