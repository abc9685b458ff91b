/*
 * Downloads many URLs at once and says how large each is; when one fails the
 * others are given up.
 *
 *   download URL...
 */
#include <stdio.h>
#include <weft.h>

static int download(void *arg) {
  const char *url = arg;
  weft_stream *response;
  int status = weft_fetch(url, NULL, &response);
  if (status < 0) {
    fprintf(stderr, "%s: %s\n", url, weft_errmsg(status));
    return status;
  }
  char data[16 * 1024];
  long size = 0;
  int rc;
  while ((rc = weft_read(response, data, sizeof data)) > 0) size += rc;
  weft_stream_release(response);
  if (rc == 0) printf("%s: %d, %ld bytes\n", url, status, size);
  return rc;
}

typedef struct urls {
  char **list;
  int count;
} urls;

static int download_all(void *arg) {
  const urls *u = arg;
  weft_task_group group;
  int rc = weft_task_group_begin(&group);
  if (rc < 0) return rc;
  for (int i = 0; i < u->count; i++) {
    weft_release(weft_task_group_create_task(&group, download, u->list[i]));
  }
  return weft_task_group_end(&group, 0);
}

int main(int argc, char **argv) {
  urls u = {argv + 1, argc - 1};
  return weft_run(download_all, &u) < 0;
}
