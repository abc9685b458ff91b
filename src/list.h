/*
 * Intrusive doubly linked lists, circular, with the list itself as sentinel.
 *
 * Invariant: a node is in one list, or points to itself ("alone"). Removing a
 * node needs no knowledge of its list and may be done twice.
 */
#ifndef WEFT_SRC_LIST_H
#define WEFT_SRC_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <weft/waiters.h>

typedef struct weft__node weft__node;

typedef struct weft__list {
  weft__node head;
} weft__list;

/* The structure of that type whose member is the node. */
#define weft__container(node, type, member)                                    \
  ((type *)(void *)((char *)(node) - offsetof(type, member)))

static inline void weft__node_init(weft__node *node) {
  node->next = node->prev = node;
}

/* Whether it is in a list. */
static inline bool weft__linked(const weft__node *node) {
  return node->next != node;
}

static inline void weft__list_init(weft__list *list) {
  weft__node_init(&list->head);
}

static inline bool weft__list_empty(const weft__list *list) {
  return list->head.next == &list->head;
}

static inline weft__node *weft__list_first(const weft__list *list) {
  return weft__list_empty(list) ? NULL : list->head.next;
}

/* The node after it, or NULL at the end of the list. */
static inline weft__node *weft__list_next(const weft__list *list,
                                          const weft__node *node) {
  return node->next == &list->head ? NULL : node->next;
}

/* Puts a node that is alone at the list's end. */
static inline void weft__list_append(weft__list *list, weft__node *node) {
  node->prev = list->head.prev;
  node->next = &list->head;
  list->head.prev->next = node;
  list->head.prev = node;
}

/* Puts a node that is alone at the list's beginning. */
static inline void weft__list_prepend(weft__list *list, weft__node *node) {
  node->prev = &list->head;
  node->next = list->head.next;
  list->head.next->prev = node;
  list->head.next = node;
}

static inline void weft__list_remove(weft__node *node) {
  node->prev->next = node->next;
  node->next->prev = node->prev;
  weft__node_init(node);
}

static inline weft__node *weft__list_pop(weft__list *list) {
  weft__node *node = weft__list_first(list);
  if (!node) return NULL;
  list->head.next = node->next; /* without a look at node->prev */
  node->next->prev = &list->head;
  weft__node_init(node);
  return node;
}

/* Moves all of from to the end of list, in order. */
static inline void weft__list_splice(weft__list *list, weft__list *from) {
  if (weft__list_empty(from)) return;
  from->head.next->prev = list->head.prev;
  from->head.prev->next = &list->head;
  list->head.prev->next = from->head.next;
  list->head.prev = from->head.prev;
  weft__list_init(from);
}

#endif
