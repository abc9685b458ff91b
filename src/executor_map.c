/* weft_executor_map: many inputs in chunks, results as they complete. */
#include "error.h"
#include "executor.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNKS_A_WORKER = 4 };

/* One submitted chunk; its handle is among the future's callbacks. */
typedef struct part {
  weft__handle handle;
  weft_map *map;
  weft__future *future;
  size_t first; /* index of its first input */
  uint32_t items;
} part;

struct weft_map {
  const weft_job *job;
  size_t count, given; /* inputs, and those whose result was given */
  size_t part_count;
  part *parts;
  part **ended; /* in the order of their ends */
  size_t ended_count;
  size_t now;         /* which of `ended` is being given ... */
  uint32_t item;      /* ... and which of its items comes next */
  weft__future *more; /* completes when another has ended, or NULL */
};

static void on_end(weft__handle *handle) {
  part *p = weft__container(handle, part, handle);
  weft_map *map = p->map;
  map->ended[map->ended_count++] = p;
  if (!map->more) return;
  weft__complete(map->more, 0);
  map->more = NULL;
}

static size_t choose_chunk(weft_executor *pool, size_t count) {
  pool = weft__pool_of(pool);
  size_t workers = pool ? (size_t)pool->max_workers : 1;
  size_t chunk = count / (workers * CHUNKS_A_WORKER);
  return chunk ? chunk : 1;
}

static weft_map *make(weft_job *job, size_t count, size_t chunk) {
  size_t parts = count / chunk + (count % chunk != 0);
  weft_map *map = calloc(1, sizeof *map);
  if (!map) return NULL;
  map->job = job;
  map->count = count;
  map->parts = calloc(parts ? parts : 1, sizeof *map->parts);
  map->ended = calloc(parts ? parts : 1, sizeof *map->ended);
  if (map->parts && map->ended) return map;
  weft_map_close(map);
  return NULL;
}

weft_map *weft_executor_map_job(weft_executor *pool, weft_job *job,
                                const void *inputs, size_t count,
                                size_t chunk) {
  if (!weft__current()) return NULL;
  if (job->bytes) {
    weft__fail(WEFT_EINVAL,
               "job '%s' was registered with WEFT_JOB_BYTES: map "
               "wants WEFT_JOB",
               job->name);
    return NULL;
  }
  if (!chunk) chunk = choose_chunk(pool, count);
  if (chunk > UINT32_MAX) chunk = UINT32_MAX;
  weft_map *map = make(job, count, chunk);
  for (size_t first = 0; map && first < count; first += chunk) {
    size_t items = count - first < chunk ? count - first : chunk;
    weft__call call = {.job = job,
                       .input = (const char *)inputs + first * job->input_size,
                       .size = items * job->input_size,
                       .items = (uint32_t)items};
    weft_future *handle = weft__submit(pool, &call, NULL);
    if (!handle) {
      weft_map_close(map);
      map = NULL;
      break;
    }
    part *p = &map->parts[map->part_count++];
    *p = (part){.map = map, .first = first, .items = (uint32_t)items};
    p->future = weft__lookup(handle);
    weft__pin(p->future);
    weft_release(handle);
    p->handle.run = on_end;
    weft__node_init(&p->handle.node);
    if (weft__done(p->future)) {
      weft__ready(&p->handle);
    } else {
      weft__list_append(&p->future->callbacks, &p->handle.node);
    }
  }
  if (!map) weft__fail(WEFT_ENOMEM, "no memory to map %z inputs", count);
  return map;
}

/* Waits until a part has ended that was not given whole. */
static int wait_for_more(weft_map *map) {
  if (map->now < map->ended_count) return 0;
  weft__future *more = map->more = weft__future_new();
  if (!more) return weft__fail(WEFT_ENOMEM, "no memory to wait");
  weft__pin(more);
  int rc = weft__wait_on(more, "weft_map_next");
  if (rc >= 0) rc = weft__done(more) ? more->result : 0;
  if (map->more == more) map->more = NULL;
  weft__unpin(more);
  return rc;
}

/* The result of a part's item; its output is copied. */
static int item_result(const weft_map *map, part *p, uint32_t item,
                       void *output) {
  const weft_job *job = map->job;
  int rc = weft__take(p->future);
  if (rc < 0) return rc;
  weft__work *work = p->future->owner;
  const char *data = work->call.output.data;
  size_t at = weft__call_results_at(job, p->items);
  if (work->call.output.size != at + p->items * sizeof(int32_t)) {
    return weft__fail(WEFT_EPROTO, "job '%s' has given %z bytes for %z items",
                      job->name, work->call.output.size, (size_t)p->items);
  }
  if (output) memcpy(output, data + item * job->output_size, job->output_size);
  int32_t result;
  memcpy(&result, data + at + item * sizeof result, sizeof result);
  return result;
}

int weft_map_next(weft_map *map, size_t *index, void *output) {
  if (!weft__current()) return WEFT_ENOTRUNNING;
  if (map->given == map->count) {
    return weft__fail(WEFT_EEMPTY, "the map has given all its results");
  }
  int rc = wait_for_more(map);
  if (rc < 0) return rc;
  part *p = map->ended[map->now];
  uint32_t item = map->item++;
  if (map->item == p->items) {
    map->now++;
    map->item = 0;
  }
  map->given++;
  if (index) *index = p->first + item;
  return item_result(map, p, item, output);
}

void weft_map_close(weft_map *map) {
  if (!map) return;
  for (size_t i = 0; i < map->part_count; i++) {
    part *p = &map->parts[i];
    weft__list_remove(&p->handle.node);
    if (!weft__done(p->future)) p->future->cancel(p->future);
    p->future->taken = true;
    weft__unpin(p->future);
  }
  free(map->parts);
  free(map->ended);
  free(map);
}

int weft_executor_map_all_job(weft_executor *pool, weft_job *job,
                              const void *inputs, size_t count, void *outputs,
                              size_t chunk) {
  weft_map *map = weft_executor_map_job(pool, job, inputs, count, chunk);
  if (!map) return weft__current() ? WEFT_ENOMEM : WEFT_ENOTRUNNING;
  char *spare = malloc(job->output_size ? job->output_size : 1);
  int rc = spare ? 0 : weft__fail(WEFT_ENOMEM, "no memory for an output");
  for (size_t i = 0; rc >= 0 && i < count; i++) {
    size_t at;
    rc = weft_map_next(map, &at, spare);
    if (rc < 0) break;
    memcpy((char *)outputs + at * job->output_size, spare, job->output_size);
  }
  free(spare);
  weft_map_close(map);
  return rc < 0 ? rc : 0;
}
