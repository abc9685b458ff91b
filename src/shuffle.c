#include "shuffle.h"

static uint64_t state;

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void weft__shuffle_seed(uint64_t seed) { state = seed; }

/*
 * Deals the nodes to piles at random and stacks the piles, twice: a radix sort
 * by random 8-bit keys. It needs no array, and two nodes of a short list
 * change places about every other time.
 */
void weft__shuffle(weft__list *list) {
  enum { BITS = 4, PILES = 1 << BITS, ROUNDS = 2 };
  weft__list piles[PILES];
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < PILES; i++) weft__list_init(&piles[i]);
    for (weft__node *n; (n = weft__list_pop(list));) {
      weft__list_append(&piles[next() >> (64 - BITS)], n);
    }
    for (int i = 0; i < PILES; i++) weft__list_splice(list, &piles[i]);
  }
}
