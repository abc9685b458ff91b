/* weft_run: the beginning and the end of a run. */
#include "error.h"
#include "host.h"
#include "options.h"
#include "task.h"

static void close_all(void) {
  while (!weft__list_empty(&weft__loop.closers)) {
    weft__node *last = weft__loop.closers.head.prev;
    weft__list_remove(last);
    weft__closer *closer = weft__container(last, weft__closer, node);
    closer->close(closer);
  }
}

int weft_interrupt(void) {
  if (weft__loop.phase == WEFT__IDLE) {
    return weft__fail(WEFT_ENOTRUNNING, "weft_interrupt outside weft_run");
  }
  if (weft__loop.phase != WEFT__MAIN) return 0;
  bool cancelled = weft__cancel(&weft__loop.main->future);
  if (cancelled) weft__loop.interrupts++;
  return cancelled;
}

/* A cancel that only the interrupt asked for is the interrupt. */
static int result_of(weft__task *main) {
  int result = weft__take(&main->future);
  if (result != WEFT_ECANCELED || !weft__loop.interrupts) return result;
  return main->cancel_requests <= weft__loop.interrupts ? WEFT_EINTR : result;
}

static int result; /* of the run that has ended last */

void weft__run_end(void) {
  weft__task *main = weft__loop.main;
  weft__loop.phase = WEFT__IDLE;
  weft__tasks_close();
  close_all();
  result = result_of(main);
  weft__unpin(&main->future);
  weft__loop.main = NULL;
  weft__futures_close();
  weft__timers_free(&weft__loop.timers);
  weft__clock_start(false);
  if (weft__loop.deadlocked) result = WEFT_EDEADLK;
}

int weft_run_at(weft_fn fn, void *arg, const weft_run_options *options,
                const char *name, const char *site) {
  if (weft__loop.main) { /* also while its run ends */
    return weft__fail(WEFT_ERUNNING, "weft_run at %s inside weft_run", site);
  }
  int rc = weft__options_apply(options);
  if (rc < 0) return rc;
  weft__list_init(&weft__loop.ready);
  weft__list_init(&weft__loop.batch);
  weft__list_init(&weft__loop.tasks);
  weft__list_init(&weft__loop.closers);
  weft__loop.deadlocked = false;
  weft__loop.interrupts = 0;
  size_t stack_size = options ? options->stack_size : 0;
  weft_task_options choices = {.stack_size =
                                   stack_size ? stack_size : WEFT_STACK_MAIN};
  weft__task *main = weft__task_new(fn, arg, &choices, name, site);
  if (!main) return WEFT_ENOMEM;
  weft__loop.main = main;
  weft__loop.phase = WEFT__MAIN;
  weft__pin(&main->future);
  weft__host_drive();
  return result;
}
