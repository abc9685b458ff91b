/* The part that all kinds of locks and queues share: who waits for them. */
#ifndef WEFT_WAITERS_H
#define WEFT_WAITERS_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The tasks that wait, first come first; the fields are weft's own. All zero
 * means nobody.
 */
struct weft__node {
  struct weft__node *next, *prev;
};
typedef struct weft_waiters {
  struct weft__node head;
} weft_waiters;

#ifdef __cplusplus
}
#endif
#endif
