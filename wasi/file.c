/*
 * Whole files: WASI has no other way than to block, for as long as the disk
 * takes.
 */
#include "host_file.h"
#include "utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/error.h>

static void fail(weft__file *file, const char *path) {
  switch (errno) {
  case ENOENT: file->error = WEFT_ENOTFOUND; break;
  case EACCES:
  case EPERM: file->error = WEFT_EACCES; break;
  case ENOMEM: file->error = WEFT_ENOMEM; break;
  default: file->error = WEFT_EIO;
  }
  static const char hint[] = " (wasmtime gives a folder with --dir)";
  const char *reason = strerror(errno);
  size_t size = strlen(path) + strlen(reason) + sizeof hint + 2;
  file->error_text = malloc(size);
  if (!file->error_text) return;
  strcpy(file->error_text, path);
  strcat(file->error_text, ": ");
  strcat(file->error_text, reason);
  if (file->error == WEFT_ENOTFOUND || file->error == WEFT_EACCES) {
    strcat(file->error_text, hint);
  }
}

/* A path that is not UTF-8 names no file of this host. */
static int open_file(const char *path, int flags) {
  if (weft__is_utf8(path)) return open(path, flags, 0666);
  errno = ENOENT;
  return -1;
}

/* Reads to the end: a file may be larger than its size says. */
static int read_all(weft__file *file, int fd) {
  struct stat s;
  size_t room = fstat(fd, &s) == 0 && s.st_size > 0 ? (size_t)s.st_size : 4096;
  for (;;) {
    if (!file->data || file->size == room) {
      if (file->data) room *= 2;
      char *data = realloc(file->data, room + 1);
      if (!data) return -1;
      file->data = data;
    }
    ssize_t got = read(fd, file->data + file->size, room - file->size);
    if (got < 0) return -1;
    file->size += (size_t)got;
    file->data[file->size] = 0;
    if (got == 0) return 0;
  }
}

void weft__host_file_read(weft__file *file, const char *path) {
  int fd = open_file(path, O_RDONLY);
  if (fd < 0 || read_all(file, fd) < 0) {
    fail(file, path);
    free(file->data);
    file->data = NULL;
  }
  if (fd >= 0) close(fd);
  weft__file_done(file);
}

static int write_all(int fd, const char *data, size_t size) {
  while (size) {
    ssize_t put = write(fd, data, size);
    if (put < 0) return -1;
    data += put;
    size -= (size_t)put;
  }
  return 0;
}

void weft__host_file_write(weft__file *file, const char *path, const char *data,
                           size_t size) {
  int fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (fd < 0 || write_all(fd, data, size) < 0) fail(file, path);
  if (fd >= 0 && close(fd) < 0 && !file->error) fail(file, path);
  weft__file_done(file);
}

void weft__host_file_forget(weft__file *file) { (void)file; }
