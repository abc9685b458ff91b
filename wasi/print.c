/*
 * What jobs print goes to the program that submitted them. The link has the
 * C library's calls of write and writev come here (wasi/link.flags), and
 * wasi/stdio.c what streams write.
 */
#include "job_server.h"

#include <sys/uio.h>
#include <unistd.h>

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __real_writev(int fd, const struct iovec *parts, int count);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count);

/* Weak: programs without an executor have no server. */
__attribute__((weak)) bool
weft__job_server_print(int fd, const struct iovec *parts, int count);

bool weft__print(int fd, const struct iovec *parts, int count) {
  return (fd == STDOUT_FILENO || fd == STDERR_FILENO) &&
         weft__job_server_print && weft__job_server_print(fd, parts, count);
}

ssize_t __wrap_write(int fd, const void *data, size_t size) {
  struct iovec part = {(void *)data, size};
  return weft__print(fd, &part, 1) ? (ssize_t)size
                                   : __real_write(fd, data, size);
}

ssize_t __wrap_writev(int fd, const struct iovec *parts, int count) {
  if (!weft__print(fd, parts, count)) return __real_writev(fd, parts, count);
  size_t size = 0;
  for (int i = 0; i < count; i++) size += parts[i].iov_len;
  return (ssize_t)size;
}
