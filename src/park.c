#include "park.h"

bool weft__park_cancel(weft__task *task) {
  weft__park *park = weft__container(task->wait, weft__park, wait);
  weft__parked *waiter = &park->waiter;
  if (!waiter->lot) return false; /* it has been woken or cancelled */
  weft__lot_remove(waiter);
  task->wake = WEFT_ECANCELED;
  weft__ready(&task->handle);
  return true;
}
