/* Pools: places of the right alignment that do not overlap, and come back. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/cases.h"

enum { PLACES = 3000 };

static size_t visited;

static void visit(void *place) {
  CHECK(place != NULL);
  visited++;
}

static void check_pool(size_t size, size_t align, size_t link_at) {
  static unsigned char *places[PLACES];
  weft__pool pool;
  weft__pool_init(&pool, size, align, link_at);
  for (int i = 0; i < PLACES; i++) {
    places[i] = weft__pool_carve(&pool);
    CHECK(places[i] && (uintptr_t)places[i] % align == 0);
    memset(places[i], i & 0xff, size);
  }
  for (int i = 0; i < PLACES; i++) {
    CHECK(places[i][0] == (i & 0xff) && places[i][size - 1] == (i & 0xff));
  }
  visited = 0;
  weft__pool_each(&pool, visit);
  CHECK(visited == PLACES);
  for (int i = 0; i < PLACES; i += 2) weft__pool_put(&pool, places[i]);
  for (int i = 0; i < PLACES; i += 2) {
    unsigned char *again = weft__pool_reuse(&pool);
    CHECK(again != NULL);
    memset(again, 0xee, size);
  }
  CHECK(!weft__pool_reuse(&pool));
  for (int i = 1; i < PLACES; i += 2) CHECK(places[i][size - 1] == (i & 0xff));
  weft__pool_clear(&pool);
  CHECK(!weft__pool_reuse(&pool) && weft__pool_carve(&pool));
  weft__pool_clear(&pool);
}

int main(void) {
  check_pool(64, 64, 0);
  check_pool(192, 64, 0);
  check_pool(1024 + 64, 16, 1024 + 64 - sizeof(weft__link));
  check_pool(32768 + 64, 16, 32768 + 64 - sizeof(weft__link));
  return failed_checks != 0;
}
