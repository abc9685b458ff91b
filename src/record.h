/*
 * Records behind the program's handles: streams, servers, sockets.
 *
 * A kind of record lives in a pool that is never given back, so looking at a
 * stale handle is safe: a handle is the record's address plus its generation,
 * which changes when the program gives the handle back. (Futures, which are
 * hotter, do the same on their own.) What is in use at the end of a run is
 * closed then.
 */
#ifndef WEFT_SRC_RECORD_H
#define WEFT_SRC_RECORD_H

#include "loop.h"
#include "pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins each record. */
typedef struct weft__record {
  weft__node all; /* of all in use; the free record's link */
  uint8_t generation;
  bool held; /* the program has the handle */
} weft__record;

/* A kind of record. */
typedef struct weft__records {
  const char *what; /* for messages: "stream" */
  size_t size;      /* of a record */
  /* Ends and frees one that is in use at the end of a run. */
  void (*close)(weft__record *record);
  weft__pool pool;
  weft__list used;
  weft__closer closer;
} weft__records;

enum { WEFT__RECORD_ALIGN = 64 }; /* also the number of generations */

/*
 * weft__record_new gives a record whose bytes after the weft__record are
 * undefined, or NULL with the message of WEFT_ENOMEM set.
 */
void *weft__record_new(weft__records *records);
void weft__record_free(weft__records *records, weft__record *record);

/* weft__record_hold gives the handle, which the program then has. */
static inline void *weft__record_hold(weft__record *record) {
  record->held = true;
  return (char *)record + record->generation;
}

/* weft__record_expire takes the handle back: it is stale from now on. */
static inline void weft__record_expire(weft__record *record) {
  if (!record->held) return;
  record->held = false;
  record->generation = (record->generation + 1) % WEFT__RECORD_ALIGN;
}

/* weft__record_of gives a handle's record, or NULL. */
static inline void *weft__record_of(void *handle) {
  uintptr_t bits = (uintptr_t)handle;
  uintptr_t tag = bits & (WEFT__RECORD_ALIGN - 1);
  weft__record *record = (weft__record *)(bits - tag);
  if (!record || record->generation != tag || !record->held) return NULL;
  return record;
}

/* weft__record_error is the error for a handle without a record. */
int weft__record_error(void *handle, const char *what);

#endif
