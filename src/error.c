#include "error.h"

#include "host.h"
#include "task.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "WEFT_OK",         "WEFT_ECANCELED",   "WEFT_ETIMEDOUT",
    "WEFT_EINVAL",     "WEFT_ENOMEM",      "WEFT_ENOTRUNNING",
    "WEFT_ERUNNING",   "WEFT_EDEADLK",     "WEFT_ESTALE",
    "WEFT_ERANGE",     "WEFT_ESTACK",      "WEFT_ETRAP",
    "WEFT_EINTR",      "WEFT_EPENDING",    "WEFT_EALREADY",
    "WEFT_ENOTSUP",    "WEFT_ECLOSED",     "WEFT_EFULL",
    "WEFT_EEMPTY",     "WEFT_EBROKEN",     "WEFT_EGROUP",
    "WEFT_ELIMIT",     "WEFT_EINCOMPLETE", "WEFT_ECONNREFUSED",
    "WEFT_ECONNRESET", "WEFT_ENOTFOUND",   "WEFT_EACCES",
    "WEFT_EADDRINUSE", "WEFT_EUNREACH",    "WEFT_ECERT",
    "WEFT_EPROTO",     "WEFT_EIO",         "WEFT_EEXIT",
    "WEFT_EJS",
};
enum { ERROR_COUNT = sizeof names / sizeof *names };

const char *weft_error_name(int code) {
  unsigned i = code >= 0 ? 0 : 0u - (unsigned)code;
  return i < ERROR_COUNT ? names[i] : "WEFT_E?";
}

/* ---- formatting */

typedef struct out {
  char *next, *last; /* last is where the NUL goes at the latest */
} out;

static void put_text(out *o, const char *text) {
  if (!text) text = "?";
  while (*text && o->next < o->last) *o->next++ = *text++;
}

static void put_number(out *o, size_t n) {
  char digits[24], *d = digits + sizeof digits - 1;
  *d = 0;
  do *--d = (char)('0' + n % 10);
  while (n /= 10);
  put_text(o, d);
}

static void format_list(char *text, size_t size, const char *format,
                        va_list args) {
  out o = {text, text + size - 1};
  for (const char *f = format; *f; f++) {
    char one[2] = {*f, 0};
    if (*f != '%') {
      put_text(&o, one);
      continue;
    }
    switch (*++f) {
    case 's': put_text(&o, va_arg(args, const char *)); break;
    case 'z': put_number(&o, va_arg(args, size_t)); break;
    case 'd': {
      int n = va_arg(args, int);
      if (n < 0) put_text(&o, "-");
      put_number(&o, n < 0 ? 0 - (size_t)n : (size_t)n);
      break;
    }
    default: put_text(&o, "%"); break;
    }
  }
  *o.next = 0;
}

char *weft__format(char *text, size_t size, const char *format, ...) {
  va_list args;
  va_start(args, format);
  format_list(text, size, format, args);
  va_end(args);
  return text;
}

enum { LINE_SIZE = 512 };

static void report_list(const char *format, va_list args) {
  char line[LINE_SIZE] = "weft: ";
  size_t head = strlen(line);
  format_list(line + head, sizeof line - head - 1, format, args);
  strcat(line, "\n");
  weft__host_report(line);
}

void weft__report(const char *format, ...) {
  va_list args;
  va_start(args, format);
  report_list(format, args);
  va_end(args);
}

_Noreturn void weft__fatal(const char *format, ...) {
  va_list args;
  va_start(args, format);
  report_list(format, args);
  va_end(args);
  weft__host_exit(70);
}

/* ---- the last error's message: a task's own, or of what runs outside */

static char *outside_message;
static int outside_code;

/*
 * The last one of all is here, too: there may have been no memory to keep it,
 * or in its place is the reason of a cancel that is still to be delivered.
 */
static char last_line[LINE_SIZE];
static const weft__task *last_task; /* whose it is */
int weft__last_code;

int weft__fail(int code, const char *format, ...) {
  weft__task *task = weft__loop.current;
  char **message = task ? &task->future.message : &outside_message;
  int *message_code = task ? &task->future.message_code : &outside_code;
  va_list args;
  va_start(args, format);
  format_list(last_line, sizeof last_line, format, args);
  va_end(args);
  last_task = task;
  weft__last_code = code;
  if (task && task->must_cancel) return code;
  free(*message); /* after formatting: it may have been an argument */
  *message = strdup(last_line);
  *message_code = code;
  return code;
}

const char *weft__last_message(int code) {
  weft__task *task = weft__loop.current;
  if (task == last_task && code == weft__last_code) return last_line;
  const char *message = task ? task->future.message : outside_message;
  int message_code = task ? task->future.message_code : outside_code;
  return code == message_code ? message : NULL;
}
