#include "utf8.h"

#include <stdio.h>

static const char *const good[] = {
    "",
    "a\x7f",
    "\xc2\x80\xdf\xbf",
    "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
    "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
};

static const char *const bad[] = {
    "\x80",             /* goes on with nothing */
    "a\xc3",            /* ends in the middle */
    "\xe2\x82",         /* the same */
    "\xf0\x9f\x92",     /* the same */
    "\xc3(",            /* does not go on */
    "\xc0\x80",         /* longer than needed */
    "\xc1\xbf",         /* the same */
    "\xe0\x9f\xbf",     /* the same */
    "\xf0\x8f\xbf\xbf", /* the same */
    "\xed\xa0\x80",     /* half of a pair of UTF-16 */
    "\xed\xbf\xbf",     /* the same */
    "\xf4\x90\x80\x80", /* above U+10FFFF */
    "\xf8\x88\x80\x80\x80",
    "\xff",
};

int main(void) {
  int wrong = 0;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    if (!weft__is_utf8(good[i])) wrong = printf("good %zu\n", i);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (weft__is_utf8(bad[i])) wrong = printf("bad %zu\n", i);
  }
  return wrong;
}
