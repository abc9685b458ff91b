/* Is interrupted, in the way of its argument: see interrupt.test.mjs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <weft.h>

static int other(void *arg) {
  (void)arg;
  int rc = weft_sleep(1e6);
  puts("other cancelled");
  return rc;
}

static void interrupt(void *arg) {
  printf("interrupt: %d\n", weft_interrupt());
  if (arg) printf("again: %d\n", weft_interrupt());
}

static int main_task(void *arg) {
  const char *how = arg;
  weft_release(weft_create_task(other, NULL));
  if (!strcmp(how, "self") || !strcmp(how, "swallow")) {
    weft_release(weft_call_soon(interrupt, NULL));
  }
  if (!strcmp(how, "after")) return 0;
  if (!strcmp(how, "twice")) weft_release(weft_call_soon(interrupt, arg));
  puts("ready");
  int rc = weft_sleep(1e6);
  printf("cancelled: %d\n", rc);
  if (!strcmp(how, "unload")) return rc;
  printf("cleanup: %d\n", weft_sleep(strcmp(how, "slow") ? 0.01 : 1e6));
  return strcmp(how, "swallow") && strcmp(how, "deaf") ? rc : 7;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  printf("outside: %d\n", weft_interrupt());
  int rc = weft_run(main_task, argc > 1 ? argv[1] : "wait");
  printf("run: %d\n", rc);
  if (argc > 1 && !strcmp(argv[1], "after")) {
    sleep(20); /* blocks */
    puts("never");
  }
  return rc;
}
