/*
 * Task groups: tasks that end before the scope does that made them.
 *
 *   weft_task_group group;
 *   int rc = weft_task_group_begin(&group);
 *   if (rc < 0) return rc;
 *   weft_release(weft_task_group_create_task(&group, fetch, &a));
 *   weft_release(weft_task_group_create_task(&group, fetch, &b));
 *   rc = weft_task_group_end(&group, weft_sleep(0.5)); // or the body's result
 *
 * When one of the tasks fails, the others are cancelled, and so is the body;
 * the end waits for all of them. Source: asyncio.TaskGroup.
 */
#ifndef WEFT_GROUP_H
#define WEFT_GROUP_H

#include <stddef.h>
#include <weft/run.h>
#include <weft/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A group; it lives in the frame of the task that began it. The fields are
   weft's own. */
typedef struct weft_task_group {
  void *private_[8];
  int flags[2];
} weft_task_group;

/*
 * weft_task_group_begin(group) opens a group in the current task. Groups and
 * timeout scopes nest, like brackets. Returns 0.
 * Errors: WEFT_ENOTRUNNING. Never suspends.
 */
int weft_task_group_begin(weft_task_group *group);

/*
 * weft_task_group_create_task(group, fn, arg): weft_create_task, in the group;
 * _with takes weft_task_options. The handle is the caller's, to be released,
 * and good after the end of the group.
 * NULL: as weft_create_task; after the end of the group, or once it is being
 * cancelled: WEFT_ECLOSED (weft_errmsg says which). Never suspend.
 */
#define weft_task_group_create_task(group, fn, arg)                            \
  weft_task_group_create_task_at((group), (fn), (arg), NULL, #fn, WEFT_HERE)
#define weft_task_group_create_task_with(group, fn, arg, options)              \
  weft_task_group_create_task_at((group), (fn), (arg), (options), #fn,         \
                                 WEFT_HERE)

weft_task *weft_task_group_create_task_at(weft_task_group *group, weft_fn fn,
                                          void *arg,
                                          const weft_task_options *options,
                                          const char *name, const char *site);

/*
 * weft_task_group_end(group, rc) closes the group. rc is what became of the
 * body: an error cancels the tasks. It waits until all of them have ended, also
 * when the waiting task is cancelled meanwhile, which cancels the tasks.
 * Returns rc when all went well; WEFT_EGROUP when tasks or the body have
 * failed, other than by being cancelled (weft_task_group_errors lists them, a
 * cancel from outside is delivered at the next suspension); WEFT_ECANCELED
 * when the task was cancelled from outside and nothing failed.
 * Errors: as above. Suspends while tasks are left.
 */
int weft_task_group_end(weft_task_group *group, int rc);

/*
 * weft_task_group_cancel(group) cancels the tasks of the group, without making
 * it fail: its end returns what the body did. Returns 0. Never suspends.
 */
int weft_task_group_cancel(weft_task_group *group);

/* One of the errors that made a group fail. */
typedef struct weft_task_error {
  int code;
  const char *name;    /* of the task; the body's: of the group's own task */
  const char *site;    /* where it was created */
  const char *message; /* as weft_errmsg would say */
} weft_task_error;

/*
 * weft_task_group_errors(errors, size) puts the errors of the last group of
 * the current task that ended with WEFT_EGROUP into the array, in the order in
 * which they happened, at most size of them, and returns how many there are.
 * The texts are valid until the task's next group fails or the task ends.
 * Never suspends. Source: BaseExceptionGroup.exceptions.
 */
size_t weft_task_group_errors(weft_task_error *errors, size_t size);

#ifdef __cplusplus
}
#endif
#endif
