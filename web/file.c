/* Whole files on Node.js: the C half of web/library_file.js. */
#include "error.h"
#include "host_file.h"
#include "js_stream.h"

#include <emscripten/emscripten.h>
#include <stdlib.h>
#include <string.h>

/*
 * The JavaScript half asks for that of streams, whose C half the linker would
 * take only after it has optimised the core, and thrown away what it needs.
 */
__attribute__((used)) static const weft__stream_ops *const streams =
    &weft__js_stream_ops;

void weft__js_file_read(weft__file *file, const char *path);
void weft__js_file_write(weft__file *file, const char *path, const char *data,
                         size_t size);
void weft__js_file_forget(weft__file *file);

void weft__host_file_read(weft__file *file, const char *path) {
  weft__js_file_read(file, path);
}

void weft__host_file_write(weft__file *file, const char *path, const char *data,
                           size_t size) {
  weft__js_file_write(file, path, data, size);
}

void weft__host_file_forget(weft__file *file) { weft__js_file_forget(file); }

/* ---- called by JavaScript */

EMSCRIPTEN_KEEPALIVE void
weft__js_file_failed(weft__file *file, const char *name, const char *text) {
  file->error = weft__js_code(name);
  file->error_text = strdup(text);
  weft__file_done(file);
}

/* A place for what was read, or NULL; weft__js_file_done then ends it. */
EMSCRIPTEN_KEEPALIVE char *weft__js_file_room(weft__file *file, size_t size) {
  file->data = malloc(size + 1);
  if (!file->data) return NULL;
  file->data[size] = 0;
  file->size = size;
  return file->data;
}

EMSCRIPTEN_KEEPALIVE void weft__js_file_done(weft__file *file) {
  weft__file_done(file);
}
