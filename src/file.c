/* Whole files. */
#include "error.h"
#include "host_file.h"
#include "stream.h"

#include <limits.h>
#include <stdlib.h>
#include <weft/file.h>

void weft__file_done(weft__file *file) {
  file->done = true;
  weft__stream_wake(&file->waiters);
}

/* Waits for its end: 0 or the error. */
static int wait_done(weft__file *file, const char *what) {
  if (!file->done) {
    int rc = weft__stream_suspend(&file->waiters, what);
    if (rc < 0) {
      if (!file->done) weft__host_file_forget(file);
      free(file->data);
      free(file->error_text);
      return rc;
    }
  }
  if (!file->error) return 0;
  int rc = file->error;
  if (file->error_text) weft__fail(rc, "%s", file->error_text);
  free(file->error_text);
  return rc;
}

static int check(const char *path) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  return path && *path ? 0 : weft__fail(WEFT_EINVAL, "there is no path");
}

int weft_read_file(const char *path, char **data) {
  *data = NULL;
  int rc = check(path);
  if (rc < 0) return rc;
  weft__file file = {.size = 0};
  weft__list_init(&file.waiters);
  weft__host_file_read(&file, path);
  rc = wait_done(&file, "weft_read_file");
  if (rc < 0) return rc;
  if (file.size > INT_MAX) {
    free(file.data);
    return weft__fail(WEFT_ERANGE, "'%s' is larger than INT_MAX bytes", path);
  }
  *data = file.data;
  return (int)file.size;
}

int weft_write_file(const char *path, const void *data, size_t size) {
  int rc = check(path);
  if (rc < 0) return rc;
  weft__file file = {.size = 0};
  weft__list_init(&file.waiters);
  weft__host_file_write(&file, path, data, size);
  return wait_done(&file, "weft_write_file");
}
