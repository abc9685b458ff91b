/*
 * Where the host puts lists that its functions return.
 *
 * The host asks cabi_realloc for memory for each. weft__lift_to has the next
 * list of at most `size` bytes put into a buffer of ours: what is read from a
 * socket arrives in the reader's buffer, without malloc and another copy. The
 * list's ptr then is the buffer, and is not to be freed.
 */
#ifndef WEFT_WASI_LIFT_H
#define WEFT_WASI_LIFT_H

#include <stddef.h>

void weft__lift_to(void *buffer, size_t size);

/* weft__lift_end forgets a buffer that the host had no use for. */
void weft__lift_end(void);

#endif
