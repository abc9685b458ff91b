/* weft_run: the beginning and the end of a run. */
#include "error.h"
#include "host.h"
#include "task.h"

int weft_run_at(weft_fn fn, void *arg, const char *name, const char *site) {
  if (weft__loop.phase != WEFT__IDLE) {
    return weft__fail(WEFT_ERUNNING, "weft_run at %s inside weft_run", site);
  }
  weft__list_init(&weft__loop.ready);
  weft__list_init(&weft__loop.batch);
  weft__list_init(&weft__loop.tasks);
  weft__loop.deadlocked = false;
  weft_task_options options = {.stack_size = WEFT__STACK_MAIN};
  weft__task *main = weft__task_new(fn, arg, &options, name, site);
  if (!main) return WEFT_ENOMEM;
  weft__loop.main = main;
  weft__loop.phase = WEFT__MAIN;
  weft__pin(&main->future);
  weft__host_drive();
  weft__loop.phase = WEFT__IDLE;
  weft__tasks_close();
  int result = weft__take(&main->future);
  weft__unpin(&main->future);
  weft__loop.main = NULL;
  weft__futures_close();
  weft__timers_free(&weft__loop.timers);
  return weft__loop.deadlocked ? WEFT_EDEADLK : result;
}
