/*
 * The exit status. The C library's exit tells the host only success or
 * failure; a shell gets the number itself from here, by wasi:cli 0.2.12.
 *
 * The link wraps __main_void, which the C library's start-up code calls, and
 * takes this file's _Exit rather than the C library's.
 */
#include "bindings/wasi_http.h"

#include <stdlib.h>

int __real___main_void(void);

int __wrap___main_void(void) {
  int status = __real___main_void();
  if (status) exit(status);
  return 0;
}

_Noreturn void _Exit(int status) {
  wasi_cli_exit_exit_with_code((uint8_t)status);
  __builtin_unreachable();
}
