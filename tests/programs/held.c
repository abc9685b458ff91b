/* Holds a server, a busy worker and a timer until it is stopped
   (disposal.test.mjs). */
#include <stdio.h>
#include <weft.h>

static int spin(const int *in, int *out) {
  for (volatile int i = *in;; i++) *out = i;
  return 0;
}
WEFT_JOB(spin, int, int)

static int serve(weft_stream *stream, void *arg) {
  (void)stream, (void)arg;
  return 0;
}

static int async_main(void *arg) {
  (void)arg;
  weft_server *server;
  int rc = weft_start_server(serve, NULL, "127.0.0.1", 0, NULL, &server);
  if (rc < 0) return rc;
  weft_executor *pool = weft_executor_create(1);
  rc = weft_executor_start(pool);
  if (rc < 0) return rc;
  int one = 1;
  if (!weft_run_in_executor(pool, spin, &one)) return WEFT_ENOMEM;
  puts("holds");
  fflush(stdout);
  return weft_sleep(1e6);
}

int main(void) { return weft_run(async_main, NULL) < 0; }
