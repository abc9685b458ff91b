#include "local.h"

#include "error.h"
#include "task.h"

#include <string.h>

weft__locals *weft__locals_of_call;

weft__locals *weft__locals_current(void) {
  weft__task *task = weft__loop.current;
  return task ? task->locals : weft__locals_of_call;
}

/* Where the value is, or NULL. */
static void **find(weft__locals *locals, const weft_local *local) {
  for (size_t i = 0; locals && i < locals->count; i++) {
    if (locals->entries[i].local == local) return &locals->entries[i].value;
  }
  return NULL;
}

void *weft_local_get(const weft_local *local) {
  void **value = find(weft__locals_current(), local);
  return value ? *value : local->initial;
}

/* A copy that is the task's own, with room for one more. */
static weft__locals *copy(const weft__locals *from) {
  size_t count = from ? from->count : 0;
  weft__locals *to = malloc(sizeof *to + (count + 1) * sizeof *to->entries);
  if (!to) return NULL;
  if (from) memcpy(to->entries, from->entries, count * sizeof *to->entries);
  to->shared = 0;
  to->count = count;
  return to;
}

int weft_local_set(const weft_local *local, void *value) {
  weft__task *task = weft__current();
  if (!task) return WEFT_ENOTRUNNING;
  weft__locals *own = task->locals;
  void **place = find(own, local);
  if (!place || own->shared) {
    own = copy(own);
    if (!own)
      return weft__fail(WEFT_ENOMEM, "no memory for a task-local value");
    weft__locals_drop(task->locals);
    task->locals = own;
    place = find(own, local);
  }
  if (!place) {
    own->entries[own->count].local = local;
    place = &own->entries[own->count++].value;
  }
  *place = value;
  return 0;
}
