/*
 * Shapes of code that computes, for jobs of WEFT_CPU_JOB: each takes how much
 * is to be done, and gives a checksum.
 */
#ifndef TESTS_LIB_SHAPES_H
#define TESTS_LIB_SHAPES_H

#include <stdint.h>
#include <stdlib.h>

static uint32_t random_state;
static uint32_t random_bits(int count) {
  random_state = random_state * 1664525u + 1013904223u;
  return random_state >> (32 - count);
}

/* Loops: counts primes. */
static int loops(int below) {
  int count = 0;
  for (int i = 2; i < below; i++) {
    int d = 2;
    while (d * d <= i && i % d) d++;
    count += d * d > i;
  }
  return count;
}

/* The C library's qsort, which calls a function of ours. */
static int compare_ints(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}
static int sorting(int count) {
  int *values = malloc((size_t)count * sizeof *values);
  if (!values) return -1;
  random_state = 1;
  for (int i = 0; i < count; i++) values[i] = (int)random_bits(31);
  qsort(values, (size_t)count, sizeof *values, compare_ints);
  int middle = values[count / 2];
  free(values);
  return middle & 0xffff;
}

/* Calls through pointers, of functions that call nothing. */
static uint32_t plus(uint32_t x) { return x + 7; }
static uint32_t mixed(uint32_t x) { return x ^ (x << 5); }
static uint32_t rotated(uint32_t x) { return (x << 9) | (x >> 23); }
static uint32_t times(uint32_t x) { return x * 2654435761u; }
static uint32_t (*const operations[])(uint32_t) = {plus, mixed, rotated, times};
static int pointers(int count) {
  uint32_t x = 1;
  for (int i = 0; i < count; i++) x = operations[x >> 30](x);
  return x & 0xffff;
}

/* Recursion by name. */
static int fibonacci(int n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
static int recursion(int n) { return fibonacci(n) & 0xffff; }

/* Recursion through pointers: an interpreter of expressions. */
typedef struct expression {
  uint32_t (*value)(const struct expression *self, uint32_t x);
  const struct expression *left, *right;
  uint32_t number;
} expression;
static uint32_t number_value(const expression *self, uint32_t x) {
  (void)x;
  return self->number;
}
static uint32_t x_value(const expression *self, uint32_t x) {
  (void)self;
  return x;
}
static uint32_t sum_value(const expression *self, uint32_t x) {
  return self->left->value(self->left, x) + self->right->value(self->right, x);
}
static uint32_t product_value(const expression *self, uint32_t x) {
  return self->left->value(self->left, x) * self->right->value(self->right, x);
}
static const expression *random_expression(expression **free, int depth) {
  expression *e = (*free)++;
  bool which = random_bits(1);
  if (depth == 0) {
    e->value = which ? number_value : x_value;
    e->number = random_bits(16);
  } else {
    e->value = which ? sum_value : product_value;
    e->left = random_expression(free, depth - 1);
    e->right = random_expression(free, depth - 1);
  }
  return e;
}
static int interpreter(int count) {
  static expression nodes[1 << 11];
  expression *free = nodes;
  random_state = 5;
  const expression *all = random_expression(&free, 10);
  uint32_t sum = 0;
  for (int i = 0; i < count; i++) sum += all->value(all, (uint32_t)i);
  return sum & 0xffff;
}

/* Methods that call methods. */
typedef struct shape {
  const struct shape_class *class;
  int a, b;
} shape;
struct shape_class {
  int (*width)(const shape *self);
  int (*height)(const shape *self);
  int (*area)(const shape *self);
};
static int first_side(const shape *self) { return self->a; }
static int second_side(const shape *self) { return self->b; }
static int whole_area(const shape *self) {
  return self->class->width(self) * self->class->height(self);
}
static int half_area(const shape *self) {
  return self->class->width(self) * self->class->height(self) / 2;
}
static const struct shape_class rectangle = {first_side, second_side,
                                             whole_area},
                                square = {first_side, first_side, whole_area},
                                triangle = {first_side, second_side, half_area};
static const struct shape_class *const classes[] = {&rectangle, &square,
                                                    &triangle, &square};
static int methods(int count) {
  shape all[256];
  random_state = 3;
  for (int i = 0; i < 256; i++) {
    all[i].class = classes[random_bits(2)];
    all[i].a = (int)random_bits(10);
    all[i].b = (int)random_bits(10);
  }
  uint32_t sum = 0;
  for (int i = 0; i < count; i++) {
    const shape *one = &all[i % 256];
    sum += (uint32_t)one->class->area(one);
  }
  return sum & 0xffff;
}

#define SHAPES(X)                                                              \
  X(loops) X(sorting) X(pointers) X(recursion) X(interpreter) X(methods)

#endif
