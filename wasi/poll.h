/* Waiting for descriptors and the clock. */
#ifndef WEFT_WASI_POLL_H
#define WEFT_WASI_POLL_H

#include <stdint.h>

/*
 * weft__poll waits until `deadline` (on weft__host_now's clock; 0: does not
 * wait; INT64_MAX: for ever) or until a watched descriptor is ready.
 */
void weft__poll(int64_t deadline);

#endif
