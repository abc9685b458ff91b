/* Lists: order, removal from anywhere, splicing. */
#include "list.h"

#include "../lib/cases.h"

typedef struct item {
  int value;
  weft__node node;
} item;

/* Whether the list holds just these values, in both directions. */
static void check_list(const weft__list *list, const int *values, int count) {
  weft__node *n = weft__list_first(list);
  for (int i = 0; i < count; i++) {
    CHECK(n && weft__container(n, item, node)->value == values[i]);
    if (!n) return;
    CHECK(n->prev->next == n && n->next->prev == n);
    n = weft__list_next(list, n);
  }
  CHECK(!n);
  CHECK(weft__list_empty(list) == (count == 0));
}

int main(void) {
  weft__list list, other;
  item items[6];
  weft__list_init(&list);
  weft__list_init(&other);
  check_list(&list, NULL, 0);
  CHECK(!weft__list_pop(&list));
  for (int i = 0; i < 6; i++) {
    items[i].value = i;
    weft__node_init(&items[i].node);
    weft__list_append(i < 4 ? &list : &other, &items[i].node);
  }
  check_list(&list, (int[]){0, 1, 2, 3}, 4);
  weft__list_remove(&items[1].node);
  weft__list_remove(&items[1].node); /* twice does no harm */
  check_list(&list, (int[]){0, 2, 3}, 3);
  weft__list_prepend(&list, &items[1].node);
  check_list(&list, (int[]){1, 0, 2, 3}, 4);
  weft__list_splice(&list, &other);
  check_list(&list, (int[]){1, 0, 2, 3, 4, 5}, 6);
  check_list(&other, NULL, 0);
  weft__list_splice(&list, &other); /* of nothing */
  check_list(&list, (int[]){1, 0, 2, 3, 4, 5}, 6);
  CHECK(weft__list_pop(&list) == &items[1].node);
  check_list(&list, (int[]){0, 2, 3, 4, 5}, 5);
  return failed_checks != 0;
}
