#include "lift.h"

#include <stdlib.h>

static void *buffer_;
static size_t size_;

void weft__lift_to(void *buffer, size_t size) {
  buffer_ = buffer;
  size_ = size;
}

void weft__lift_end(void) { buffer_ = NULL; }

/* The canonical ABI's allocator; the C library's own is weak. */
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size);

__attribute__((export_name("cabi_realloc"))) void *
cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  if (!size) return (void *)align;
  if (buffer_ && !old && size <= size_) {
    void *buffer = buffer_;
    buffer_ = NULL;
    return buffer;
  }
  void *block = realloc(old, size);
  if (!block) abort(); /* the ABI has no other answer */
  return block;
}
