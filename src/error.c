#include "error.h"

#include "host.h"
#include "task.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name, *text;
} errors[] = {
    {"WEFT_OK", "success"},
    {"WEFT_ECANCELED", "cancelled"},
    {"WEFT_ETIMEDOUT", "the deadline has passed"},
    {"WEFT_EINVAL", "an argument is invalid"},
    {"WEFT_ENOMEM", "out of memory"},
    {"WEFT_ENOTRUNNING", "called outside a task of weft_run"},
    {"WEFT_ERUNNING", "weft_run is running already"},
    {"WEFT_EDEADLK", "nothing can ever wake the waiting tasks"},
    {"WEFT_ESTALE", "the handle was released, or its run has ended"},
    {"WEFT_ERANGE", "beyond the range of the clock or counter"},
    {"WEFT_ESTACK", "a task has overflowed its C stack"},
    {"WEFT_ETRAP", "a task or job has trapped"},
    {"WEFT_EINTR", "interrupted"},
    {"WEFT_EPENDING", "there is no result yet"},
    {"WEFT_EALREADY", "it was done already"},
    {"WEFT_ENOTSUP", "this host cannot do it"},
    {"WEFT_ECLOSED", "it is closed"},
    {"WEFT_EFULL", "there is no room"},
    {"WEFT_EEMPTY", "there is nothing"},
    {"WEFT_EBROKEN", "the barrier is broken"},
    {"WEFT_EGROUP", "tasks of the group have failed"},
    {"WEFT_ELIMIT", "more data than the limit before the separator"},
    {"WEFT_EINCOMPLETE", "the stream ended before all was there"},
    {"WEFT_ECONNREFUSED", "connection refused: nobody listens there"},
    {"WEFT_ECONNRESET", "the peer has broken the connection"},
    {"WEFT_ENOTFOUND", "no such name"},
    {"WEFT_EACCES", "the host does not permit it"},
    {"WEFT_EADDRINUSE", "the address is in use"},
    {"WEFT_EUNREACH", "the network or host cannot be reached"},
    {"WEFT_ECERT", "the peer's certificate was refused"},
    {"WEFT_EPROTO", "the peer does not speak the protocol"},
    {"WEFT_EIO", "input/output error"},
    {"WEFT_EEXIT", "the job has called exit"},
    {"WEFT_EJS", "a JavaScript function has thrown an error"},
};
enum { ERROR_COUNT = sizeof errors / sizeof *errors };

const char *weft_error_name(int code) {
  unsigned i = code >= 0 ? 0 : 0u - (unsigned)code;
  return i < ERROR_COUNT ? errors[i].name : "WEFT_E?";
}

const char *weft_strerror(int code) {
  unsigned i = code >= 0 ? 0 : 0u - (unsigned)code;
  return i < ERROR_COUNT ? errors[i].text : "unknown error";
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

int weft__fail(int code, const char *format, ...) {
  weft__task *task = weft__loop.current;
  char **message = task ? &task->future.message : &outside_message;
  int *message_code = task ? &task->future.message_code : &outside_code;
  char line[LINE_SIZE];
  va_list args;
  va_start(args, format);
  format_list(line, sizeof line, format, args);
  va_end(args);
  free(*message); /* after formatting: it may have been an argument */
  *message = strdup(line);
  *message_code = code;
  return code;
}

const char *weft_errmsg(int code) {
  weft__task *task = weft__loop.current;
  const char *message = task ? task->future.message : outside_message;
  int message_code = task ? task->future.message_code : outside_code;
  return message && message_code == code ? message : weft_strerror(code);
}
