#include "pool.h"

#include <stdlib.h>

enum { FIRST_PLACES = 8, LARGEST_BLOCK = 16 << 20 };

typedef struct block {
  struct block *next;
  char *start, *end; /* of its places */
} block;

void weft__pool_init(weft__pool *pool, size_t size, size_t align,
                     size_t node_at) {
  *pool = (weft__pool){.size = size,
                       .align = align,
                       .block_size = size * FIRST_PLACES,
                       .node_at = node_at};
  weft__list_init(&pool->free);
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

void *weft__pool_get(weft__pool *pool, bool *fresh) {
  weft__node *node = weft__list_pop(&pool->free);
  *fresh = !node;
  if (node) return (char *)node - pool->node_at;
  if ((size_t)(pool->end - pool->next) < pool->size && !grow(pool)) return NULL;
  char *place = pool->next;
  pool->next += pool->size;
  return place;
}

void weft__pool_put(weft__pool *pool, void *place) {
  weft__node *node = (weft__node *)(void *)((char *)place + pool->node_at);
#ifdef WEFT_DEBUG
  weft__list_append(&pool->free, node);
#else
  weft__list_prepend(&pool->free, node);
#endif
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
  weft__pool_init(pool, pool->size, pool->align, pool->node_at);
}
