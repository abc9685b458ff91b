/*
 * Pools: places of one size, carved from blocks that grow geometrically.
 *
 * A place that was given back is used again last in, first out (it is in the
 * cache), or in debug builds first in, first out (stale handles show). Blocks
 * of a pool go back to malloc only all together.
 */
#ifndef WEFT_SRC_POOL_H
#define WEFT_SRC_POOL_H

#include "list.h"

#include <stddef.h>
#include <stdint.h>

typedef struct weft__pool {
  weft__list free;   /* the node is at the place's start, or at its end */
  void *blocks;      /* chain of blocks */
  char *next, *end;  /* what was not yet given out of the newest block */
  size_t size;       /* of a place */
  size_t align;      /* of a place; a power of two */
  size_t block_size; /* of the next block */
  size_t node_at;    /* where in a free place its node is */
} weft__pool;

/*
 * weft__pool_init prepares a pool of places of size bytes, a multiple of
 * align. A free place's node is at node_at.
 */
void weft__pool_init(weft__pool *pool, size_t size, size_t align,
                     size_t node_at);

/* weft__pool_get gives a place, with *fresh false when it was used before. */
void *weft__pool_get(weft__pool *pool, bool *fresh);
void weft__pool_put(weft__pool *pool, void *place);

/* weft__pool_each calls visit with each place that was ever given out. */
void weft__pool_each(weft__pool *pool, void (*visit)(void *place));

/* weft__pool_clear gives all blocks back: no place may be in use. */
void weft__pool_clear(weft__pool *pool);

#endif
