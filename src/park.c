#include "park.h"

bool weft__park_cancel(weft__task *task) {
  if (task->parking != WEFT__PARKED) return false;
  weft__lot_remove(&task->handle.node);
  task->parking = WEFT__UNPARKED;
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  return true;
}
