#include "record.h"

#include "error.h"

static void close_all(weft__closer *closer) {
  weft__records *records = weft__container(closer, weft__records, closer);
  for (weft__node *n; (n = weft__list_first(&records->used));) {
    weft__record *record = weft__container(n, weft__record, all);
    weft__record_expire(record);
    records->close(record);
  }
}

void *weft__record_new(weft__records *records) {
  if (!records->pool.size) {
    size_t size = (records->size + WEFT__RECORD_ALIGN - 1) &
                  ~(size_t)(WEFT__RECORD_ALIGN - 1);
    weft__pool_init(&records->pool, size, WEFT__RECORD_ALIGN,
                    offsetof(weft__record, all));
    weft__list_init(&records->used);
    records->closer.close = close_all;
    weft__node_init(&records->closer.node);
  }
  weft__record *record = weft__pool_reuse(&records->pool);
  if (!record) {
    record = weft__pool_carve(&records->pool);
    if (!record) {
      weft__fail(WEFT_ENOMEM, "no memory for a %s", records->what);
      return NULL;
    }
    record->generation = 0;
  }
  if (weft__list_empty(&records->used)) {
    weft__list_remove(&records->closer.node);
    weft__list_append(&weft__loop.closers, &records->closer.node);
  }
  record->held = false;
  weft__list_append(&records->used, &record->all);
  return record;
}

void weft__record_free(weft__records *records, weft__record *record) {
  weft__record_expire(record);
  weft__list_remove(&record->all);
  weft__pool_put(&records->pool, record);
}

int weft__record_error(void *handle, const char *what) {
  if (!handle) return weft__fail(WEFT_EINVAL, "the %s is NULL", what);
  return weft__fail(WEFT_ESTALE, "the %s was released, or its run has ended",
                    what);
}
