/* Nothing in it suspends but weft_run itself, on hosts with an event loop. */
#include <stdio.h>
#include <weft.h>

static int answer(void *arg) {
  (void)arg;
  puts("in the run");
  return 42;
}

int main(void) {
  int rc = weft_run(answer, NULL);
  printf("after it: %d\n", rc);
  return 0;
}
