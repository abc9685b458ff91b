/* Messages: formatting, truncation, and a name and text for each code. */
#include "error.h"

#include <string.h>

#include "../lib/cases.h"

static void check_format(const char *found, const char *expected) {
  CHECK(!strcmp(found, expected));
}

int main(void) {
  char text[32];
  check_format(
      weft__format(text, sizeof text, "%s-%d-%z-%%", "a", -12, (size_t)34),
      "a--12-34-%");
  check_format(weft__format(text, sizeof text, "%s", (char *)NULL), "?");
  check_format(weft__format(text, 6, "123456789"), "12345");
  check_format(weft__format(text, sizeof text, "%d", -2147483647 - 1),
               "-2147483648");
  for (int code = -1; code >= WEFT_EEXIT; code--) {
    CHECK(strncmp(weft_error_name(code), "WEFT_E", 6) == 0);
    CHECK(strcmp(weft_error_name(code), "WEFT_E?") != 0);
    CHECK(strlen(weft_strerror(code)) > 5);
  }
  check_format(weft_error_name(-1000), "WEFT_E?");
  check_format(weft_strerror(5), "success");
  weft__fail(WEFT_EIO, "disk %d", 3);
  check_format(weft_errmsg(WEFT_EIO), "disk 3");
  check_format(weft_errmsg(WEFT_EINVAL), weft_strerror(WEFT_EINVAL));
  weft__fail(WEFT_EIO, "%s again", weft_errmsg(WEFT_EIO)); /* of itself */
  check_format(weft_errmsg(WEFT_EIO), "disk 3 again");
  weft__fail(0, "nothing");
  return failed_checks != 0;
}
