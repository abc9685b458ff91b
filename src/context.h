/*
 * The coroutine switch: the one interface that a way of switching implements.
 *
 * A context is a function call that can be left in the middle and entered
 * again, on a C stack of its own. The scheduler resumes it; the context
 * suspends itself, at any depth of calls. weft__context_resume is called by
 * the scheduler, on the host's stack; but see weft__context_nest.
 *
 * context_asyncify.c is the one for WebAssembly; context_ucontext.c serves
 * sanitizers and fuzzers on a native machine.
 */
#ifndef WEFT_SRC_CONTEXT_H
#define WEFT_SRC_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 *  stack                                                  stack + stack_size
 *    | canary | free ...      | parked frames | C stack in use  |
 *                             frames          sp
 *
 * The parked frames (Asyncify's) lie below the C stack pointer, where nothing
 * else is while the context is suspended; frames too large for that place are
 * in a block of their own.
 */
typedef struct weft__context {
  char *stack;       /* lowest address of the C stack */
  size_t stack_size; /* a multiple of 16 */
  char *sp;          /* the C stack pointer at the last suspension */
  char *frames;      /* the parked frames; NULL before the first suspension */
  size_t frames_size;
  void *extra; /* the switch's own: a block for large frames, a ucontext */
  int (*fn)(void *arg);
  void *arg;
  int result; /* what fn returned */
} weft__context;

typedef enum weft__switch {
  WEFT__FINISHED,  /* fn has returned */
  WEFT__SUSPENDED, /* weft__context_suspend was called */
  WEFT__OVERFLOW,  /* it has overflowed its C stack: memory may be damaged */
  WEFT__OUT_OF_MEMORY, /* no memory to park its frames: it cannot be resumed */
} weft__switch;

/*
 * weft__context_init prepares a call of fn(arg) on a stack, which stays the
 * caller's; its place and its size are multiples of 16.
 */
void weft__context_init(weft__context *context, char *stack, size_t size,
                        int (*fn)(void *arg), void *arg);

/*
 * weft__context_resume begins the call, or goes on where it was suspended,
 * until it suspends or returns.
 */
weft__switch weft__context_resume(weft__context *context);

/*
 * A context may be resumed in the middle of another, between these two calls;
 * what it suspends to is then that other.
 */
typedef struct weft__nesting {
  weft__context *running;
  char *scheduler_sp;
} weft__nesting;
void weft__context_nest(weft__nesting *nesting);
void weft__context_unnest(const weft__nesting *nesting);

/*
 * weft__context_is_shallow: whether a suspended context, or the running one, has
 * made few calls: another has room on the host's stack beside it. What it parked
 * last tells, so one that was not suspended yet is not; and of the running one
 * its C stack, which not all calls need.
 */
bool weft__context_is_shallow(const weft__context *context);

/* weft__context_suspend leaves the running context for the scheduler. */
void weft__context_suspend(void);

/*
 * weft__context_free frees what a context holds beside its stack. What was
 * suspended in it is forgotten.
 */
void weft__context_free(weft__context *context);

/*
 * weft__stack_overflowed is the scheduler's: debug builds call it in a context
 * whose C stack is nearly used up, before memory is damaged. It ends the task
 * and suspends it for good, so it returns only while Asyncify unwinds.
 */
void weft__stack_overflowed(void);

/* weft__context_overflowed: whether it has overflowed its C stack. */
bool weft__context_overflowed(const weft__context *context);

/*
 * weft__context_recover makes the switch usable after a trap has torn the
 * running context away: the host's stack stands again where the scheduler left
 * it. Only hosts that survive a trap call it.
 */
void weft__context_recover(void);

#endif
