#include "buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256, KEPT_CAPACITY = 1024 };

/* At least as much as is asked for, else twice as much as there was. */
static size_t grown(const weft__buffer *b, size_t needed) {
  size_t capacity = b->capacity ? b->capacity : FIRST_CAPACITY;
  while (capacity < needed) {
    if (capacity > SIZE_MAX / 2) return needed;
    capacity *= 2;
  }
  return capacity;
}

bool weft__buffer_reserve(weft__buffer *b, size_t size) {
  size_t used = weft__buffer_size(b);
  if (b->capacity - b->end > size) return true;
  if (size >= SIZE_MAX - used) return false;
  size_t needed = used + size + 1;
  /* Moving the bytes is worth it when at least half of the block is free. */
  if (needed <= b->capacity && used <= b->capacity / 2) {
    memmove(b->data, b->data + b->start, used);
  } else {
    size_t capacity = grown(b, needed);
    char *data = malloc(capacity);
    if (!data) return false;
    if (used) memcpy(data, b->data + b->start, used);
    free(b->data);
    b->data = data;
    b->capacity = capacity;
  }
  b->start = 0;
  b->end = used;
  return true;
}

bool weft__buffer_append(weft__buffer *b, const void *bytes, size_t size) {
  if (!size) return true;
  if (!weft__buffer_reserve(b, size)) return false;
  memcpy(b->data + b->end, bytes, size);
  b->end += size;
  return true;
}

bool weft__buffer_prepend(weft__buffer *b, const void *bytes, size_t size) {
  if (!size) return true;
  if (b->start < size) {
    if (!weft__buffer_reserve(b, size)) return false;
    memmove(b->data + b->start + size, b->data + b->start,
            weft__buffer_size(b));
    b->start += size;
    b->end += size;
  }
  b->start -= size;
  memcpy(b->data + b->start, bytes, size);
  return true;
}

void weft__buffer_consume(weft__buffer *b, size_t size) {
  b->start += size;
  if (b->start < b->end) return;
  if (b->capacity > KEPT_CAPACITY) {
    weft__buffer_free(b);
  } else {
    b->start = b->end = 0;
  }
}

void weft__buffer_free(weft__buffer *b) {
  free(b->data);
  *b = (weft__buffer){0};
}
