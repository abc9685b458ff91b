/* Says what the launcher of wasmtime gave it, and ends as it is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

/* What makes the launcher start a pool: an answer to HTTP requests. */
__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void
handle(int request, int response);
void handle(int request, int response) { (void)request, (void)response; }

static int hang(void *arg) {
  (void)arg;
  return weft_sleep(1e6);
}

int main(int argc, char **argv) {
  const char *pool = getenv("WEFT_EXECUTOR");
  const char *token = getenv("WEFT_EXECUTOR_TOKEN");
  printf("pool %s, token of %zu\n", pool ? pool : "none",
         token ? strlen(token) : 0);
  fflush(stdout);
  char word[32];
  if (scanf("%31s", word) == 1) printf("read %s\n", word);
  fflush(stdout);
  if (argc > 1 && !strcmp(argv[1], "hang")) {
    return weft_run(hang, NULL);
  }
  return argc > 1 ? atoi(argv[1]) : 0;
}
