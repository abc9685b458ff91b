/*
 * A queue of bytes in one block of memory: put in at the end, taken out at the
 * start.
 *
 * Nothing is allocated before the first byte. A block that has become empty is
 * kept when it is small, so that an idle stream costs little.
 */
#ifndef WEFT_SRC_BUFFER_H
#define WEFT_SRC_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* data[start .. end) is in the queue, data[end .. capacity) is free. */
typedef struct weft__buffer {
  char *data;
  size_t start, end, capacity;
} weft__buffer;

static inline size_t weft__buffer_size(const weft__buffer *b) {
  return b->end - b->start;
}

static inline char *weft__buffer_bytes(const weft__buffer *b) {
  return b->data + b->start;
}

/*
 * weft__buffer_reserve makes room for so many bytes behind the last one, and
 * for a NUL behind them; it may move the block. False: out of memory.
 */
bool weft__buffer_reserve(weft__buffer *b, size_t size);

/* weft__buffer_append copies bytes to the end. False: out of memory. */
bool weft__buffer_append(weft__buffer *b, const void *bytes, size_t size);

/* weft__buffer_prepend copies bytes to the start. False: out of memory. */
bool weft__buffer_prepend(weft__buffer *b, const void *bytes, size_t size);

/* weft__buffer_consume takes so many bytes out. */
void weft__buffer_consume(weft__buffer *b, size_t size);

void weft__buffer_free(weft__buffer *b);

#endif
