/* Reporting: messages for errors, lines on stderr. No printf: it is large. */
#ifndef WEFT_SRC_ERROR_H
#define WEFT_SRC_ERROR_H

#include <stddef.h>
#include <weft/error.h>

/*
 * weft__format writes at most size bytes, the NUL included, and knows %s, %d
 * (int), %z (size_t) and %%. A NULL string is shown as "?". It returns text.
 */
char *weft__format(char *text, size_t size, const char *format, ...);

/*
 * weft__fail remembers a message as the current task's and returns code, so
 * that `return weft__fail(WEFT_EINVAL, "...")` says all. Format as above.
 */
int weft__fail(int code, const char *format, ...);

/*
 * weft__last_message gives what weft__fail has kept last of that error in the
 * current task, or NULL. weft__last_code = 0 makes it forget the last one of
 * all, where that is not the task's.
 */
const char *weft__last_message(int code);
extern int weft__last_code;

/* weft__report writes "weft: " and the formatted line to the host's stderr. */
void weft__report(const char *format, ...);

/*
 * weft__fatal reports and ends the program with exit status 70: memory can no
 * longer be trusted.
 */
_Noreturn void weft__fatal(const char *format, ...);

#endif
