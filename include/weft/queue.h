/*
 * Queues: tasks pass values to each other.
 *
 *   static weft_queue jobs = WEFT_QUEUE(struct job, 100);
 *
 *   struct job job = {...};                         // a producer
 *   int rc = weft_queue_put(&jobs, &job);
 *
 *   struct job job;                                 // a worker
 *   while ((rc = weft_queue_get(&jobs, &job)) >= 0) {
 *     work(&job);
 *     weft_queue_task_done(&jobs);
 *   }
 *   return rc == WEFT_ECLOSED ? 0 : rc;
 *
 * An item is a value of one fixed size, copied in and out: an int, a structure,
 * a pointer. A queue is the caller's memory; weft_queue_free gives back what
 * was allocated for its items. Memory grows with the items that are in it, and
 * is used again: a queue that has had as many before allocates nothing.
 *
 * Fairness: who waits is served in the order in which they came, and what was
 * put for a task that waits is not taken by one that comes later. (asyncio's
 * queues let the later one take it.)
 * Source: asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue.
 */
#ifndef WEFT_QUEUE_H
#define WEFT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <weft/waiters.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As of qsort: negative when a comes out before b. Must not suspend. */
typedef int (*weft_compare)(const void *a, const void *b);

/* Made by one of the initializers below; the fields are weft's own. */
typedef struct weft_queue {
  size_t item_size, maxsize;
  weft_compare compare; /* of a priority queue */
  bool lifo, is_shutdown;
  char *slots; /* `capacity`, a power of two, places of `stride` bytes */
  size_t stride, capacity;
  size_t first, count;    /* the items; `first` is 0 unless it is a FIFO */
  size_t promised_items;  /* items kept for getters that were woken */
  size_t promised_places; /* free places kept for putters that were woken */
  size_t unfinished;
  uint64_t order; /* of puts, for a priority queue */
  weft_waiters getters, putters, joiners;
} weft_queue;

/*
 * Initializers of a queue of values of a type, which holds at most maxsize;
 * 0: no limit. The first is first in, first out; the second last in, first
 * out; the third gives the least first, and of equal ones the oldest.
 */
#define WEFT_QUEUE(type, max) {.item_size = sizeof(type), .maxsize = (max)}
#define WEFT_LIFO_QUEUE(type, max)                                             \
  {.item_size = sizeof(type), .maxsize = (max), .lifo = true}
#define WEFT_PRIORITY_QUEUE(type, max, less)                                   \
  {.item_size = sizeof(type), .maxsize = (max), .compare = (less)}

/* The same at run time. */
static inline void weft_queue_init(weft_queue *queue, size_t item_size,
                                   size_t maxsize) {
  weft_queue fresh = {.item_size = item_size, .maxsize = maxsize};
  *queue = fresh;
}
static inline void weft_lifo_queue_init(weft_queue *queue, size_t item_size,
                                        size_t maxsize) {
  weft_queue_init(queue, item_size, maxsize);
  queue->lifo = true;
}
static inline void weft_priority_queue_init(weft_queue *queue, size_t item_size,
                                            size_t maxsize,
                                            weft_compare compare) {
  weft_queue_init(queue, item_size, maxsize);
  queue->compare = compare;
}

/*
 * weft_queue_free(queue) frees its memory, with the items that are left; the
 * queue is then as new. Nobody may wait for it. Never suspends.
 */
void weft_queue_free(weft_queue *queue);

/*
 * weft_queue_put(queue, item) copies item_size bytes from item into the queue,
 * waiting for a free place. weft_queue_put_nowait does not wait. Return 0.
 * Errors: WEFT_EFULL (nowait only); WEFT_ECLOSED once it is shut down;
 * WEFT_ECANCELED: it was not put; WEFT_ENOMEM; WEFT_EINVAL for a queue without
 * item size. The first suspends only if it has to wait, the other never.
 * Source: Queue.put, Queue.put_nowait.
 */
int weft_queue_put(weft_queue *queue, const void *item);
int weft_queue_put_nowait(weft_queue *queue, const void *item);

/*
 * weft_queue_get(queue, item) takes an item out and copies it to item, waiting
 * for one. weft_queue_get_nowait does not wait. Return 0.
 * Errors: WEFT_EEMPTY (nowait only); WEFT_ECLOSED once it is shut down and
 * empty; WEFT_ECANCELED: nothing was taken. The first suspends only if it has
 * to wait, the other never. Source: Queue.get, Queue.get_nowait.
 */
int weft_queue_get(weft_queue *queue, void *item);
int weft_queue_get_nowait(weft_queue *queue, void *item);

/*
 * weft_queue_task_done(queue) says that the work on an item that was taken is
 * done. weft_queue_join(queue) waits until it was said for each item put.
 * Return 0. Errors: WEFT_ERANGE for one call too many; of join WEFT_ECANCELED.
 * The first never suspends, join only if it has to wait.
 * Source: Queue.task_done, Queue.join.
 */
int weft_queue_task_done(weft_queue *queue);
int weft_queue_join(weft_queue *queue);

/*
 * weft_queue_shutdown(queue, immediate) ends the queue: puts fail, those that
 * wait too, and gets fail once it is empty. With immediate it is emptied at
 * once, and what is lost counts as done. Never suspends.
 * Source: Queue.shutdown.
 */
void weft_queue_shutdown(weft_queue *queue, bool immediate);

/*
 * weft_queue_size(queue): how many items are in it, those included that are
 * kept for tasks that were woken. weft_queue_empty, weft_queue_full: whether
 * there are none, or maxsize. Source: Queue.qsize, Queue.empty, Queue.full.
 */
static inline size_t weft_queue_size(const weft_queue *queue) {
  return queue->count;
}
static inline bool weft_queue_empty(const weft_queue *queue) {
  return !queue->count;
}
static inline bool weft_queue_full(const weft_queue *queue) {
  return queue->maxsize && queue->count >= queue->maxsize;
}

#ifdef __cplusplus
}
#endif
#endif
