/*
 * What weft_select needs of queues, and queues of their priority heap.
 *
 * Invariants of a queue:
 * - Of its items, promised_items belong to getters that were woken and have not
 *   run; of its free places, promised_places to such putters. Nobody else
 *   touches those. (After an immediate shutdown there may be fewer items.)
 * - Somebody waits in getters only while all items are promised, in putters
 *   only while all places are taken or promised.
 */
#ifndef WEFT_SRC_QUEUE_H
#define WEFT_SRC_QUEUE_H

#include "park.h"

#include <string.h>
#include <weft/queue.h>

/*
 * What follows a park in getters or putters, whose result was rc, and in which
 * something may have been granted: does what the waiter has waited for, if it
 * still can; else WEFT_EEMPTY or WEFT_EFULL, and it has to park again, or
 * WEFT_ECLOSED. When it was cancelled, what it was promised goes to the next,
 * and rc is returned.
 */
int weft__queue_get_woken(weft_queue *queue, bool granted, void *item, int rc);
int weft__queue_put_woken(weft_queue *queue, bool granted, const void *item,
                          int rc);

static inline char *weft__queue_slot(const weft_queue *queue, size_t i) {
  return queue->slots + i * queue->stride;
}

/* A copy of mostly few bytes. */
static inline void weft__queue_copy(void *to, const void *from, size_t size) {
  if (size == 4) {
    memcpy(to, from, 4);
  } else if (size == 8) {
    memcpy(to, from, 8);
  } else if (size == 16) {
    memcpy(to, from, 16);
  } else {
    memcpy(to, from, size);
  }
}

/*
 * The heap of a priority queue, in its slots: the item and then the number of
 * its put. Push puts a copy of item, for which there is a slot, at its place;
 * pop takes the least out. They adapt nothing but the slots and `order`.
 */
void weft__heap_push(weft_queue *queue, const void *item);
void weft__heap_pop(weft_queue *queue, void *item);

#endif
