/*
 * The Mandelbrot set, computed in tiles on every core: each tile is a job, and
 * the progress shows how many have ended. Its argument is the width in
 * characters, 76 unless given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

enum { TILE = 16, MOST = 2000 };

typedef struct tile {
  int x, y;          /* of its upper left pixel */
  int width, height; /* of the whole image */
} tile;

typedef struct pixels {
  unsigned short steps[TILE][TILE];
} pixels;

/* How many steps until c = (re, im) has left the circle of radius 2. */
static int steps(double re, double im) {
  double x = 0, y = 0;
  int n = 0;
  while (x * x + y * y <= 4 && n < MOST) {
    double next = x * x - y * y + re;
    y = 2 * x * y + im;
    x = next;
    n++;
  }
  return n;
}

static int compute(const tile *in, pixels *out) {
  for (int y = 0; y < TILE; y++) {
    for (int x = 0; x < TILE; x++) {
      double re = -2.2 + 3.2 * (in->x + x) / in->width;
      double im = -1.2 + 2.4 * (in->y + y) / in->height;
      out->steps[y][x] = (unsigned short)steps(re, im);
    }
  }
  return 0;
}
WEFT_JOB(compute, tile, pixels)

static int draw(void *arg) {
  int width = *(int *)arg, height = width / 3;
  int columns = (width + TILE - 1) / TILE, rows = (height + TILE - 1) / TILE;
  int count = columns * rows;
  tile *tiles = calloc((size_t)count, sizeof *tiles);
  char *image = malloc((size_t)(columns * TILE * rows * TILE));
  if (!tiles || !image) return WEFT_ENOMEM;
  for (int i = 0; i < count; i++) {
    tiles[i] = (tile){i % columns * TILE, i / columns * TILE, width, height};
  }

  weft_map *map = weft_executor_map(NULL, compute, tiles, (size_t)count, 1);
  if (!map) return WEFT_ENOMEM;
  int rc = 0;
  for (int done = 1; rc >= 0 && done <= count; done++) {
    size_t i;
    pixels part;
    rc = weft_map_next(map, &i, &part);
    if (rc < 0) break;
    for (int y = 0; y < TILE; y++) {
      char *row = image + (tiles[i].y + y) * columns * TILE + tiles[i].x;
      for (int x = 0; x < TILE; x++) {
        int n = part.steps[y][x];
        row[x] = n == MOST ? '#' : n > 12 ? '+' : n > 5 ? '.' : ' ';
      }
    }
    fprintf(stderr, "%d of %d tiles\n", done, count);
  }
  weft_map_close(map);
  for (int y = 0; rc >= 0 && y < height; y++) {
    printf("%.*s\n", width, image + y * columns * TILE);
  }
  free(image);
  free(tiles);
  return rc;
}

int main(int argc, char **argv) {
  int width = argc > 1 ? atoi(argv[1]) : 76;
  if (width < 3 || width > 10000) {
    fputs("a width from 3 to 10000\n", stderr);
    return 2;
  }
  int rc = weft_run(draw, &width);
  if (rc < 0) fprintf(stderr, "mandelbrot: %s\n", weft_errmsg(rc));
  return rc < 0;
}
