/*
 * Shuffling the ready order with a seed, to find what depends on it. The same
 * seed gives the same orders on every host.
 */
#ifndef WEFT_SRC_SHUFFLE_H
#define WEFT_SRC_SHUFFLE_H

#include "list.h"

#include <stdint.h>

/* weft__shuffle_seed starts the sequence of orders; 0 is a seed as well. */
void weft__shuffle_seed(uint64_t seed);

/* weft__shuffle brings the list into the next random order. O(n). */
void weft__shuffle(weft__list *list);

#endif
