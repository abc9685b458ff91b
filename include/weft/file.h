/*
 * Whole files, and the standard streams.
 */
#ifndef WEFT_FILE_H
#define WEFT_FILE_H

#include <stddef.h>
#include <weft/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * weft_read_file(path, &data) reads a whole file without blocking the other
 * tasks where the host can (Node.js). *data is followed by a NUL and is the
 * caller's, for free(). Returns the size.
 * Errors: WEFT_ENOTFOUND; WEFT_EACCES; WEFT_ENOMEM; WEFT_ERANGE above INT_MAX;
 * WEFT_ENOTSUP in a browser page; WEFT_EIO. Suspends.
 */
int weft_read_file(const char *path, char **data);

/*
 * weft_write_file(path, data, size) replaces a file, or makes it. Returns 0.
 * Cancelled, part of it may have been written.
 * Errors: as above. Suspends.
 */
int weft_write_file(const char *path, const void *data, size_t size);

/*
 * weft_open_stdin(&stream) reads the program's standard input as a stream;
 * weft_open_stdout writes its standard output, weft_open_stderr its standard
 * error, behind what stdio has written and flushed. Releasing such a stream
 * does not close what is behind it; what it has read ahead is thrown away. One
 * at a time of each. (On wasmtime an output that nobody reads makes all tasks
 * wait.) From JavaScript they are what load() was given; without that, a page's
 * input is empty, and its output goes to the console.
 * Errors: WEFT_EALREADY when there is one already; WEFT_ENOMEM. Never suspend.
 * Source: loop.connect_read_pipe.
 */
int weft_open_stdin(weft_stream **stream);
int weft_open_stdout(weft_stream **stream);
int weft_open_stderr(weft_stream **stream);

#ifdef __cplusplus
}
#endif
#endif
