/*
 * The build's id: the link replaces the zeros by digits of the module's hash
 * (.tools/compile.sh). Volatile, or the optimiser would know the zeros.
 */
#include "job_wire.h"

#include <string.h>

static const volatile char stamp[] = "weft-build-id:0000000000000000";

const char *weft__build_id(void) {
  static char id[17];
  size_t at = sizeof stamp - sizeof id;
  for (size_t i = 0; i < sizeof id; i++) id[i] = stamp[at + i];
  return id;
}
