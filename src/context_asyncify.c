/*
 * The coroutine switch over Binaryen's Asyncify, for every WebAssembly host.
 *
 * Asyncify rewrites each function that may suspend: between start_unwind and
 * stop_unwind it returns at once, saving its locals; between start_rewind and
 * stop_rewind it goes straight to where it was. Frames are unwound into one
 * large scratch area and the bytes used are parked below the context's own
 * stack pointer, so a parked context costs what it uses. Rewinding reads the
 * parked frames in place: they are not copied back.
 *
 * What this file must keep true:
 * - The C stack pointer is ours to restore: unwinding skips the epilogues.
 * - The coroutine is only reached by an indirect call and the functions that
 *   call the imports are never inlined: a coroutine inlined into the function
 *   that calls start_rewind is not instrumented, and then does not suspend.
 *   Emscripten's link optimises before we instrument, and Binaryen inlines what
 *   has a single reference, whatever attribute it has: hence `kept`.
 * - Frames cannot overrun the scratch area: a frame saves at most what the
 *   host's own stack holds of it, and that stack is smaller (1 MiB in V8,
 *   512 KiB in wasmtime).
 */
#include "context.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What Asyncify reads and writes: the two fields are its ABI. */
typedef struct frames_area {
  char *current;
  char *end;
} frames_area;

#define ASYNCIFY(name)                                                         \
  __attribute__((import_module("asyncify"), import_name(#name))) void name
ASYNCIFY(start_unwind)(frames_area *area);
ASYNCIFY(stop_unwind)(void);
ASYNCIFY(start_rewind)(frames_area *area);
ASYNCIFY(stop_rewind)(void);

typedef long long block __attribute__((vector_size(16)));

enum { SCRATCH_SIZE = 2 << 20, SHALLOW = 2048 };

static const uint64_t canary = 0x77656674737461ff;

static _Alignas(16) char scratch[SCRATCH_SIZE];
static frames_area area; /* of the switch under way */
static enum { RUNNING, UNWINDING, REWINDING } state;
static weft__context *running;
static char *scheduler_sp;

/* Inline in debug builds too: a call would have a frame of its own. */
#define ALWAYS_INLINE                                                          \
  __attribute__((always_inline, no_instrument_function)) static inline
/* Runs while Asyncify rewinds, when nothing instrumented may be called. */
#define SWITCH __attribute__((noinline, no_instrument_function))
/* Frames are copied 16 bytes at a time; every host of ours has SIMD. */
#define SIMD __attribute__((target("simd128")))

ALWAYS_INLINE char *get_sp(void) {
  char *sp;
  __asm__ volatile(".globaltype __stack_pointer, i32\n"
                   "global.get __stack_pointer\n"
                   "local.set %0"
                   : "=r"(sp));
  return sp;
}

ALWAYS_INLINE void set_sp(char *sp) {
  __asm__ volatile("local.get %0\n"
                   "global.set __stack_pointer" ::"r"(sp));
}

/* Copies a multiple of 16 bytes, mostly few, between places aligned to 16. */
SIMD static inline void copy_words(char *to, const char *from, size_t size) {
  const char *end = from + size;
#pragma clang loop unroll(disable)
  for (; from != end; from += 16, to += 16) {
    *(block *)(void *)to = *(const block *)(const void *)from;
  }
}

void weft__context_init(weft__context *context, char *stack, size_t size,
                        int (*fn)(void *arg), void *arg) {
  context->stack = stack;
  context->stack_size = size;
  context->sp = stack + size;
  context->frames = NULL;
  context->extra = NULL;
  context->fn = fn;
  context->arg = arg;
  memcpy(stack, &canary, sizeof canary);
}

bool weft__context_overflowed(const weft__context *context) {
  uint64_t found = *(const uint64_t *)(const void *)context->stack;
  return context->sp < context->stack + sizeof canary || found != canary;
}

/* Moves the unwound frames from the scratch area to where they stay. */
SIMD static inline weft__switch park(weft__context *context) {
  size_t used = (size_t)(area.current - scratch);
  size_t size = (used + 15) & ~(size_t)15;
  char *room = context->stack + sizeof canary;
  char *place = context->sp - size; /* both are multiples of 16 */
  if ((size_t)(context->sp - room) < size) {
    place = realloc(context->extra, size);
    if (!place) return WEFT__OUT_OF_MEMORY;
    context->extra = place;
  }
  copy_words(place, scratch, size);
  context->frames = place;
  context->frames_size = used;
  return WEFT__SUSPENDED;
}

#ifdef WEFT_DEBUG
/*
 * Debug builds call this at each function's entry (clang's
 * -finstrument-function-entry-bare), when the function has its frame: an
 * overflow is found before it damages anything. RESERVE is what the report
 * itself takes, and C library functions, which are not checked.
 */
enum { RESERVE = 4096 };
static bool reporting;

__attribute__((no_instrument_function)) void
__cyg_profile_func_enter_bare(void) {
  if (!running || reporting || get_sp() >= running->stack + RESERVE) return;
  reporting = true; /* what the report calls is not checked */
  weft__stack_overflowed();
}
#endif

SIMD SWITCH weft__switch weft__context_resume(weft__context *context) {
  char *sp = scheduler_sp = get_sp();
  running = context;
#ifdef WEFT_DEBUG
  reporting = false;
#endif
  if (context->frames) {
    area.current = area.end = context->frames + context->frames_size;
    state = REWINDING;
    start_rewind(&area);
  }
  set_sp(context->sp);
  context->result = context->fn(context->arg);
  set_sp(sp);
  running = NULL;
  if (state != UNWINDING) {
    return weft__context_overflowed(context) ? WEFT__OVERFLOW : WEFT__FINISHED;
  }
  stop_unwind();
  state = RUNNING;
  if (weft__context_overflowed(context)) return WEFT__OVERFLOW;
  return park(context);
}

SWITCH void weft__context_suspend(void) {
  if (state == REWINDING) {
    stop_rewind();
    state = RUNNING;
    return;
  }
  running->sp = get_sp();
  area.current = scratch;
  area.end = scratch + SCRATCH_SIZE;
  state = UNWINDING;
  start_unwind(&area);
}

/* A second reference to each. */
__attribute__((used)) static const struct {
  weft__switch (*resume)(weft__context *context);
  void (*suspend)(void);
} kept = {weft__context_resume, weft__context_suspend};

void weft__context_nest(weft__nesting *nesting) {
  *nesting = (weft__nesting){running, scheduler_sp};
  running = NULL; /* whose C stack is not looked at meanwhile */
}

void weft__context_unnest(const weft__nesting *nesting) {
  running = nesting->running;
  scheduler_sp = nesting->scheduler_sp;
}

bool weft__context_is_shallow(const weft__context *context) {
  if (!context->frames || context->frames_size > SHALLOW) return false;
  return context != running ||
         context->stack + context->stack_size - get_sp() <= SHALLOW;
}

void weft__context_free(weft__context *context) {
  if (context->extra) free(context->extra); /* a call less: mostly NULL */
  context->extra = NULL;
  context->frames = NULL;
}

void weft__context_recover(void) {
  if (running) running->sp = get_sp();
  set_sp(scheduler_sp);
  state = RUNNING;
  running = NULL;
}
