/* One file, kept in memory, and the standard streams, for native tests. */
#include "error.h"
#include "host_file.h"
#include "stream.h"

#include <assert.h>

#undef malloc
#undef strdup

static char kept[100];
static size_t kept_size;

void weft__host_file_read(weft__file *file, const char *path) {
  if (strcmp(path, "kept") != 0) {
    file->error = WEFT_ENOTFOUND;
    file->error_text = strdup("there is no such file");
  } else {
    file->data = malloc(kept_size + 1);
    assert(file->data);
    memcpy(file->data, kept, kept_size);
    file->data[kept_size] = 0;
    file->size = kept_size;
  }
  weft__file_done(file);
}

void weft__host_file_write(weft__file *file, const char *path, const char *data,
                           size_t size) {
  assert(!strcmp(path, "kept") && size <= sizeof kept);
  memcpy(kept, data, size);
  kept_size = size;
  weft__file_done(file);
}

void weft__host_file_forget(weft__file *file) { (void)file; }

/* ---- an input of one line, an output that takes all */

typedef struct stdio {
  weft__handle turn;
  weft__stream *stream;
  bool reading, closing;
  size_t told; /* of the input */
} stdio;

static const char input[] = "one line\n";

static stdio *stdio_of(weft__stream *s) { return (stdio *)s->host; }

static void soon(stdio *io) {
  if (!weft__linked(&io->turn.node)) weft__ready(&io->turn);
}

static void stdio_free(weft__stream *s) {
  weft__list_remove(&stdio_of(s)->turn.node);
  free(stdio_of(s));
}

static void on_turn(weft__handle *handle) {
  stdio *io = weft__container(handle, stdio, turn);
  weft__stream *s = io->stream;
  if (io->closing) {
    stdio_free(s);
    weft__stream_lost(s, 0, NULL);
  } else if (io->reading && io->told < sizeof input - 1) {
    size_t room;
    char *place = weft__stream_room(s, 1, &room);
    if (!place) return;
    *place = input[io->told++];
    weft__stream_arrived(s, 1);
    soon(io);
  } else if (io->reading) {
    io->reading = false;
    weft__stream_ended(s);
  }
}

static void read_op(weft__stream *s, bool on) {
  stdio_of(s)->reading = on;
  soon(stdio_of(s));
}

static size_t write_op(weft__stream *s, const char *bytes, size_t size) {
  (void)s, (void)bytes;
  return size;
}

static void shutdown_op(weft__stream *s) { (void)s; }

static void close_op(weft__stream *s) {
  stdio_of(s)->closing = true;
  soon(stdio_of(s));
}

static const weft__stream_ops ops = {.read = read_op,
                                     .write = write_op,
                                     .shutdown = shutdown_op,
                                     .close = close_op,
                                     .abort = stdio_free};

static int open_stdio(weft__stream *s) {
  stdio *io = malloc(sizeof *io);
  assert(io);
  *io = (stdio){.turn.run = on_turn, .stream = s};
  weft__node_init(&io->turn.node);
  s->host = (intptr_t)io;
  s->ops = &ops;
  return 0;
}

int weft__host_open_input(weft__stream *s) { return open_stdio(s); }

int weft__host_open_output(weft__stream *s, int fd) {
  (void)fd;
  return open_stdio(s);
}
