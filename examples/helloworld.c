/* Hello, a second later the world: the smallest program of weft. */
#include <stdio.h>
#include <weft.h>

static int hello(void *arg) {
  (void)arg;
  puts("Hello ...");
  int rc = weft_sleep(1.0);
  if (rc < 0) return rc;
  puts("... World!");
  return 0;
}

int main(void) { return weft_run(hello, NULL) < 0; }
