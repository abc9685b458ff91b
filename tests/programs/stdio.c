/* Says what it gets (arguments, environment, input), to the byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static char mode;

static int body(void *arg) {
  (void)arg;
  printf("partial ");
  fflush(stdout);
  weft_sleep(0.01);
  fprintf(stderr, "err\xff");
  if (mode == 'x') exit(7);
  char line[64];
  while (fgets(line, sizeof line, stdin)) printf("<%s>", line);
  fwrite("\0\xc3\x28", 1, 3, stdout);
  return 3;
}

int main(int argc, char **argv) {
  mode = argc > 1 ? argv[1][0] : 0;
  for (int i = 1; i < argc; i++) printf("[%s]", argv[i]);
  const char *value = getenv("WEFT_TEST");
  printf("(%s)", value ? value : "unset");
  return weft_run(body, NULL);
}
