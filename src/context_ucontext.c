/*
 * The coroutine switch over POSIX ucontext, for native builds: sanitizers,
 * fuzzers, debuggers. AddressSanitizer is told of each switch, as it keeps a
 * stack of its own.
 */
#include "context.h"

#include <stdlib.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

/* Native frames and the sanitizers' red zones are larger than WebAssembly's:
   contexts get a stack of their own, this much larger than asked for. */
enum { EXTRA_STACK = 64 * 1024 };

typedef struct native {
  ucontext_t self;
  void *fake_stack;
  bool finished;
  char stack[];
} native;

static ucontext_t *scheduler;
static const void *scheduler_stack;
static size_t scheduler_stack_size;
static weft__context *running;

static void before_switch(void **fake_stack, const void *stack, size_t size) {
#ifdef WITH_ASAN
  __sanitizer_start_switch_fiber(fake_stack, stack, size);
#else
  (void)fake_stack, (void)stack, (void)size;
#endif
}

static void after_switch(void *fake_stack, const void **stack, size_t *size) {
#ifdef WITH_ASAN
  __sanitizer_finish_switch_fiber(fake_stack, stack, size);
#else
  (void)fake_stack, (void)stack, (void)size;
#endif
}

void weft__context_init(weft__context *context, char *stack, size_t size,
                        int (*fn)(void *arg), void *arg) {
  *context =
      (weft__context){.stack = stack, .stack_size = size, .fn = fn, .arg = arg};
}

static void start(void) {
  after_switch(NULL, &scheduler_stack, &scheduler_stack_size);
  native *n = running->extra;
  running->result = running->fn(running->arg);
  n->finished = true;
  before_switch(NULL, scheduler_stack, scheduler_stack_size);
  setcontext(scheduler);
}

static native *make(weft__context *context) {
  size_t size = context->stack_size + EXTRA_STACK;
  native *n = malloc(sizeof *n + size);
  if (!n) return NULL;
  getcontext(&n->self);
  n->self.uc_stack.ss_sp = n->stack;
  n->self.uc_stack.ss_size = size;
  n->self.uc_link = NULL;
  n->fake_stack = NULL;
  n->finished = false;
  makecontext(&n->self, start, 0);
  return n;
}

weft__switch weft__context_resume(weft__context *context) {
  if (!context->extra && !(context->extra = make(context))) {
    return WEFT__OUT_OF_MEMORY;
  }
  native *n = context->extra;
  ucontext_t here, *outer = scheduler;
  void *fake_stack;
  const void *outer_stack = scheduler_stack;
  size_t outer_size = scheduler_stack_size;
  scheduler = &here;
  running = context;
  before_switch(&fake_stack, n->self.uc_stack.ss_sp, n->self.uc_stack.ss_size);
  swapcontext(&here, &n->self);
  after_switch(fake_stack, NULL, NULL);
  running = NULL;
  scheduler = outer;
  scheduler_stack = outer_stack;
  scheduler_stack_size = outer_size;
  return n->finished ? WEFT__FINISHED : WEFT__SUSPENDED;
}

void weft__context_nest(weft__nesting *nesting) {
  *nesting = (weft__nesting){running, NULL};
}

void weft__context_unnest(const weft__nesting *nesting) {
  running = nesting->running;
}

bool weft__context_is_shallow(const weft__context *context) {
  (void)context; /* they have stacks of their own */
  return true;
}

void weft__context_suspend(void) {
  native *n = running->extra;
  before_switch(&n->fake_stack, scheduler_stack, scheduler_stack_size);
  swapcontext(&n->self, scheduler);
  after_switch(n->fake_stack, &scheduler_stack, &scheduler_stack_size);
}

void weft__context_free(weft__context *context) {
#ifdef WITH_ASAN
  native *n = context->extra;
  if (n) __asan_unpoison_memory_region(n->stack, n->self.uc_stack.ss_size);
#endif
  free(context->extra);
  context->extra = NULL;
}

bool weft__context_overflowed(const weft__context *context) {
  (void)context; /* the sanitizers see it */
  return false;
}

void weft__context_recover(void) { running = NULL; }
