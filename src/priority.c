/* The heap of a priority queue: binary, stable by the number of the put. */
#include "queue.h"

static uint64_t order_of(const weft_queue *queue, const char *slot) {
  uint64_t order;
  memcpy(&order, slot + queue->item_size, sizeof order);
  return order;
}

/* Whether item, put as number order, comes out before the one in the slot. */
static inline bool before(const weft_queue *queue, const void *item,
                          uint64_t order, const char *slot) {
  int c = queue->compare(item, slot);
  return c ? c < 0 : order < order_of(queue, slot);
}

static void move(const weft_queue *queue, size_t to, size_t from) {
  memcpy(weft__queue_slot(queue, to), weft__queue_slot(queue, from),
         queue->stride);
}

static void place(const weft_queue *queue, size_t i, const void *item,
                  uint64_t order) {
  char *slot = weft__queue_slot(queue, i);
  memcpy(slot, item, queue->item_size);
  memcpy(slot + queue->item_size, &order, sizeof order);
}

/* Both are named in asyncify.remove: a comparison does not suspend. */
weft__noinline void weft__heap_push(weft_queue *queue, const void *item) {
  size_t i = queue->count;
  uint64_t order = queue->order++;
  while (i) {
    size_t parent = (i - 1) / 2;
    if (!before(queue, item, order, weft__queue_slot(queue, parent))) break;
    move(queue, i, parent);
    i = parent;
  }
  place(queue, i, item, order);
}

weft__noinline void weft__heap_pop(weft_queue *queue, void *item) {
  memcpy(item, weft__queue_slot(queue, 0), queue->item_size);
  size_t count = queue->count - 1, i = 0;
  const char *last = weft__queue_slot(queue, count);
  uint64_t order = order_of(queue, last);
  for (size_t child; (child = 2 * i + 1) < count; i = child) {
    const char *left = weft__queue_slot(queue, child);
    const char *right = weft__queue_slot(queue, child + 1);
    if (child + 1 < count &&
        before(queue, right, order_of(queue, right), left)) {
      child++;
    }
    if (before(queue, last, order, weft__queue_slot(queue, child))) break;
    move(queue, i, child);
  }
  if (i != count) move(queue, i, count);
}
