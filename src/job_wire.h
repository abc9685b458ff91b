/*
 * How a job travels to a server: one HTTP request each.
 *
 *   POST <path of the URL>/weft/job/<name>
 *   authorization: Bearer <token>
 *   weft-build: <id>          of the component: it must be the server's own
 *   weft-items: <n>           of a chunk; else 0
 *   and the input as the body
 *
 * The answer is 200 with frames as its body, or another status with one line
 * of text: 401 wrong token, 404 no such job, 405 no POST, 409 another build,
 * 413 too large, 503 try another server. A frame is its kind and its size, two
 * little-endian uint32, and so many bytes; the last one is WEFT__FRAME_DONE. A
 * body without it: the job trapped, or the server was ended.
 */
#ifndef WEFT_SRC_JOB_WIRE_H
#define WEFT_SRC_JOB_WIRE_H

#include <stdint.h>

enum weft__frame_kind {
  WEFT__FRAME_STDOUT = 1,
  WEFT__FRAME_STDERR = 2, /* these two are what the job printed */
  WEFT__FRAME_ALIVE = 3,  /* empty: the server looks whether we are there */
  WEFT__FRAME_DONE = 4,   /* a weft__frame_done, its message, the output */
};

typedef struct weft__frame {
  uint32_t kind, size;
} weft__frame;

typedef struct weft__frame_done {
  int32_t rc;
  uint32_t message_size;
} weft__frame_done;

#define WEFT__JOB_PATH "/weft/job/"

/* Of the component, 16 hexadecimal digits that the link fills in. */
const char *weft__build_id(void);

#endif
