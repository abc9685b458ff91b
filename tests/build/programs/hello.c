/* A plain C program, to test the build with: it prints its arguments and its
   input, and exits with the number of the arguments. */

#include <stdio.h>

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) printf("%s\n", argv[i]);
  for (int c; (c = getchar()) != EOF;) putchar(c);
  return argc - 1;
}
