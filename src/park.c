#include "park.h"

bool weft__park_cancel(const weft__wait *wait) {
  weft__park *park = weft__container(wait, weft__park, wait);
  weft__parked *waiter = &park->waiter;
  if (!waiter->lot) return false; /* it has been woken or cancelled */
  weft__lot_remove(waiter);
  waiter->task->wake = WEFT_ECANCELED;
  weft__ready(&waiter->task->handle);
  return true;
}
