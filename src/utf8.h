/*
 * Whether text is UTF-8. A component's host traps at a string that is not, and
 * what a program passes on may be a peer's.
 */
#ifndef WEFT_SRC_UTF8_H
#define WEFT_SRC_UTF8_H

#include <stdbool.h>

bool weft__is_utf8(const char *text);

#endif
