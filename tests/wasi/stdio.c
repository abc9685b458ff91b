/* Copies the standard input to the standard output, while another task runs. */
#include <stdio.h>
#include <weft.h>

static int ticks;

static int tick(void *arg) {
  (void)arg;
  for (;;) {
    int rc = weft_sleep(0.001);
    if (rc < 0) return 0;
    ticks++;
  }
}

static int copy(weft_stream *in, weft_stream *out) {
  static char data[16 * 1024];
  int size, rc = 0;
  while ((size = weft_read(in, data, sizeof data)) > 0) {
    rc = weft_write(out, data, (size_t)size);
    if (rc == 0) rc = weft_drain(out);
    if (rc < 0) return rc;
  }
  return size;
}

static int main_task(void *arg) {
  (void)arg;
  weft_stream *in, *out, *again;
  int rc = weft_open_stdin(&in);
  if (rc < 0 || (rc = weft_open_stdout(&out)) < 0) return rc;
  if (weft_open_stdin(&again) != WEFT_EALREADY) return 50;
  weft_release(weft_create_task(tick, NULL));
  rc = copy(in, out);
  fprintf(stderr, "copied: %s, the other task %s\n", weft_error_name(rc),
          ticks ? "ran" : "did not run");
  weft_close(out);
  int closed = weft_wait_closed(out);
  fprintf(stderr, "closed: %s\n", weft_error_name(closed));
  weft_close(in);
  return weft_wait_closed(in);
}

int main(void) { return weft_run(main_task, NULL); }
