/*
 * Pools: places of one size, carved from blocks that grow geometrically.
 *
 * A place that was given back is used again last in, first out (it is in the
 * cache), or in debug builds first in, first out (stale handles show). Blocks
 * of a pool go back to malloc only all together.
 */
#ifndef WEFT_SRC_POOL_H
#define WEFT_SRC_POOL_H

#include <stddef.h>
#include <stdint.h>

/* Links a free place to the next one. It lies over whatever the place was used
   for: the compiler must not move what is stored there past it. */
typedef struct __attribute__((may_alias)) weft__link {
  struct weft__link *next;
} weft__link;

/* All zeros, it has nothing to reuse; weft__pool_init comes before the first
   weft__pool_carve. */
typedef struct weft__pool {
  weft__link *free;
#ifdef WEFT_DEBUG
  weft__link **last; /* where the next free place is linked */
#endif
  size_t link_at;    /* where in a free place its link is */
  void *blocks;      /* chain of blocks */
  char *next, *end;  /* what was not yet given out of the newest block */
  size_t size;       /* of a place */
  size_t align;      /* of a place; a power of two */
  size_t block_size; /* of the next block */
} weft__pool;

/*
 * weft__pool_init prepares a pool of places of size bytes, a multiple of
 * align. A free place's link is at link_at.
 */
void weft__pool_init(weft__pool *pool, size_t size, size_t align,
                     size_t link_at);

/*
 * weft__pool_reuse gives a place that was given back, or NULL; then
 * weft__pool_carve gives one that was never used, or NULL when there is no
 * memory.
 */
static inline void *weft__pool_reuse(weft__pool *pool) {
  weft__link *link = pool->free;
  if (!link) return NULL;
  pool->free = link->next;
#ifdef WEFT_DEBUG
  if (!pool->free) pool->last = &pool->free;
#endif
  return (char *)link - pool->link_at;
}
void *weft__pool_carve(weft__pool *pool);

static inline void weft__pool_put(weft__pool *pool, void *place) {
  weft__link *link = (weft__link *)(void *)((char *)place + pool->link_at);
#ifdef WEFT_DEBUG
  link->next = NULL;
  *pool->last = link;
  pool->last = &link->next;
#else
  link->next = pool->free;
  pool->free = link;
#endif
}

/* weft__pool_each calls visit with each place that was ever given out. */
void weft__pool_each(weft__pool *pool, void (*visit)(void *place));

/* weft__pool_clear gives all blocks back: no place may be in use. */
void weft__pool_clear(weft__pool *pool);

#endif
