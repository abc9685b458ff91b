/* What a host back end implements for whole files. */
#ifndef WEFT_SRC_HOST_FILE_H
#define WEFT_SRC_HOST_FILE_H

#include "list.h"

#include <stdbool.h>
#include <stddef.h>

/* A file being read or written; lives in the frame of the call that waits. */
typedef struct weft__file {
  weft__list waiters; /* of weft__stream_wait */
  bool done;
  int error; /* 0, or why it failed, with error_text (malloc'd, or NULL) */
  char *error_text;
  char *data; /* what was read: malloc'd, with a NUL behind it */
  size_t size;
} weft__file;

/*
 * weft__host_file_read and weft__host_file_write begin; the end is told by
 * weft__file_done, which may be from inside the call. What is to be written
 * stays valid until then.
 */
void weft__host_file_read(weft__file *file, const char *path);
void weft__host_file_write(weft__file *file, const char *path, const char *data,
                           size_t size);

/* weft__host_file_forget: nobody waits any more; the record is gone. */
void weft__host_file_forget(weft__file *file);

/* weft__file_done: the host has set data, size and error before. */
void weft__file_done(weft__file *file);

#endif
