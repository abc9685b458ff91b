#include "utf8.h"

#include <stdint.h>

/* The length of the character that begins there, or 0. */
static int length_of(const unsigned char *c) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  int length = *c < 0x80 ? 1 : *c >> 5 == 6 ? 2 : *c >> 4 == 14 ? 3 : 4;
  if (length == 1) return 1;
  if (length == 4 && *c >> 3 != 30) return 0;
  uint32_t code = *c & (0x7f >> length);
  for (int i = 1; i < length; i++) {
    if (c[i] >> 6 != 2) return 0;
    code = code << 6 | (c[i] & 0x3f);
  }
  bool surrogate = code >= 0xd800 && code < 0xe000;
  return code < least[length] || code > 0x10ffff || surrogate ? 0 : length;
}

bool weft__is_utf8(const char *text) {
  const unsigned char *c = (const unsigned char *)text;
  for (int length; *c; c += length) {
    length = length_of(c);
    if (!length) return false;
  }
  return true;
}
