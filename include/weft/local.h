/*
 * Task-local values: what a task sets, its later children see too, and nobody
 * else does.
 *
 *   static weft_local user = {"user", NULL};
 *   weft_local_set(&user, name);
 *   name = weft_local_get(&user); // here and in tasks created from here
 *
 * Source: contextvars.ContextVar, which asyncio's tasks inherit by copy.
 */
#ifndef WEFT_LOCAL_H
#define WEFT_LOCAL_H

#ifdef __cplusplus
extern "C" {
#endif

/* A name for values; static, as its address tells it from others. */
typedef struct weft_local {
  const char *name; /* for the reader */
  void *initial;    /* the value where none is set */
} weft_local;

/*
 * weft_local_get(local) is its value in the current task, or its initial one.
 * In a call (weft/call.h) it is that of the task that made the call.
 * Never suspends. Source: ContextVar.get.
 */
void *weft_local_get(const weft_local *local);

/*
 * weft_local_set(local, value) sets it in the current task and in the tasks
 * and calls that this one makes from now on. What it points to stays the
 * caller's. Returns 0. To undo it, set what weft_local_get gave before.
 * Errors: WEFT_ENOTRUNNING outside a task, in a call too; WEFT_ENOMEM. Never
 * suspends. Source: ContextVar.set, ContextVar.reset.
 */
int weft_local_set(const weft_local *local, void *value);

#ifdef __cplusplus
}
#endif
#endif
