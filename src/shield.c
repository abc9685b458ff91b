/* weft_shield, after CPython's asyncio.shield. */
#include "error.h"
#include "task.h"

typedef struct shield {
  weft__future future;
  weft__handle handle; /* among the inner future's callbacks */
  weft__future *inner; /* pinned until it is done or the shield cancelled */
} shield;

static void inner_done(weft__handle *handle) {
  shield *s = weft__container(handle, shield, handle);
  weft__complete_as(&s->future, s->inner);
  weft__unpin(s->inner);
  weft__unpin(&s->future);
}

static bool cancel_shield(weft__future *future) {
  shield *s = weft__container(future, shield, future);
  weft__note_reason(future);
  weft__list_remove(&s->handle.node);
  weft__complete(future, WEFT_ECANCELED);
  weft__unpin(s->inner);
  weft__unpin(future);
  return true;
}

weft_future *weft_shield(weft_future *handle) {
  weft__future *inner = weft__lookup(handle);
  if (!inner) {
    weft__lookup_error(handle);
    return NULL;
  }
  if (weft__done(inner)) return weft__handle_new(inner);
  weft__future *future = weft__future_make_for(sizeof(shield), "weft_shield");
  if (!future) return NULL;
  shield *s = weft__container(future, shield, future);
  future->cancel = cancel_shield;
  s->handle.run = inner_done;
  s->inner = inner;
  weft__pin(inner);
  weft__pin(future);
  weft__list_append(&inner->callbacks, &s->handle.node);
  return weft__handle_new(future);
}
