/* The floor of start-up: a C program that only says hello. */
#include <stdio.h>

int main(void) {
  puts("hello");
  return 0;
}
