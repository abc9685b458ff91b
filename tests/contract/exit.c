/* Ends with the status of its first argument, in the way of its second. */
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static int exits(void *arg) {
  char **argv = arg;
  exit(atoi(argv[1]));
}

static int main_task(void *arg) {
  char **argv = arg;
  int rc = weft_sleep(0.001);
  if (rc == 0 && !strcmp(argv[2], "exit-in-task")) exit(atoi(argv[1]));
  if (rc == 0 && !strcmp(argv[2], "exit-in-eager-task")) {
    weft_create_task_with(exits, argv, &(weft_task_options){.eager = true});
  }
  return rc == 0 ? atoi(argv[1]) : rc;
}

int main(int argc, char **argv) {
  if (argc != 3) return 99;
  int rc = weft_run(main_task, argv);
  if (!strcmp(argv[2], "exit")) exit(rc);
  return rc;
}
