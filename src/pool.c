#include "pool.h"

#include <stdbool.h>
#include <stdlib.h>

enum { FIRST_PLACES = 8, LARGEST_BLOCK = 16 << 20 };

typedef struct block {
  struct block *next;
  char *start, *end; /* of its places */
} block;

void weft__pool_init(weft__pool *pool, size_t size, size_t align,
                     size_t link_at) {
  *pool = (weft__pool){.size = size,
                       .align = align,
                       .block_size = size * FIRST_PLACES,
                       .link_at = link_at};
#ifdef WEFT_DEBUG
  pool->last = &pool->free;
#endif
}

/* Blocks double; where so much is not to be had, a smaller one may do. */
static bool grow(weft__pool *pool) {
  size_t slack = sizeof(block) + pool->align;
  size_t size = pool->block_size;
  block *b = malloc(size + slack);
  while (!b && size > pool->size) {
    size = size / 2 < pool->size ? pool->size : size / 2;
    b = malloc(size + slack);
  }
  if (!b) return false;
  b->next = pool->blocks;
  pool->blocks = b;
  uintptr_t start = (uintptr_t)(b + 1);
  start = (start + pool->align - 1) & ~(uintptr_t)(pool->align - 1);
  b->start = pool->next = (char *)start;
  b->end = pool->end = pool->next + size;
  if (pool->block_size * 2 <= LARGEST_BLOCK) pool->block_size *= 2;
  return true;
}

void *weft__pool_carve(weft__pool *pool) {
  if ((size_t)(pool->end - pool->next) < pool->size && !grow(pool)) return NULL;
  char *place = pool->next;
  pool->next += pool->size;
  return place;
}

void weft__pool_each(weft__pool *pool, void (*visit)(void *place)) {
  for (block *b = pool->blocks; b; b = b->next) {
    char *end = b->end == pool->end ? pool->next : b->end;
    for (char *p = b->start; (size_t)(end - p) >= pool->size; p += pool->size) {
      visit(p);
    }
  }
}

void weft__pool_clear(weft__pool *pool) {
  for (block *b = pool->blocks, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  weft__pool_init(pool, pool->size, pool->align, pool->link_at);
}
