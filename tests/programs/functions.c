/* Functions for JavaScript, and what they ask of it (functions.test.mjs). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static int add(weft_js_args *args) {
  double sum = 0;
  for (size_t i = 0; i < weft_js_count(args); i++) {
    sum += weft_js_number(args, i);
  }
  return weft_js_return(args, weft_js_of_number(sum));
}
WEFT_EXPORT(add)

/* Gives back its argument, after so many seconds. */
static int echo(weft_js_args *args) {
  double delay = weft_js_number(args, 1);
  int rc = weft_sleep(delay > 0 ? delay : 0);
  return rc < 0 ? rc : weft_js_return(args, weft_js_arg(args, 0));
}
WEFT_EXPORT_WITH(echo, "", 4096)

/* Refuses any arguments but a string, a number and bytes. */
static int demand(weft_js_args *args) {
  size_t size;
  if (!weft_js_string(args, 0)) return WEFT_EINVAL;
  double number = weft_js_number(args, 1);
  if (number != number) return WEFT_EINVAL;
  return weft_js_bytes(args, 2, &size) ? (int)size : WEFT_EINVAL;
}
WEFT_EXPORT_TYPED(demand, "(a: string, b: number, c: Uint8Array) => number")

static int fail(weft_js_args *args) { return (int)weft_js_number(args, 0); }
WEFT_EXPORT(fail)

static int trap(weft_js_args *args) {
  (void)args;
  __builtin_trap();
}
WEFT_EXPORT(trap)

static int cleaned_up;

/* Waits for ever, but for a cancel, and cleans up slowly. */
static int hang(weft_js_args *args) {
  (void)args;
  int rc = weft_sleep(1e6);
  weft_sleep(0.001);
  cleaned_up++;
  return rc;
}
WEFT_EXPORT(hang)

static int count_cleaned_up(weft_js_args *args) {
  (void)args;
  return cleaned_up;
}
WEFT_EXPORT(count_cleaned_up)

/* Calls the JavaScript function named by its first argument with the others. */
static int ask(weft_js_args *args) {
  weft_js_value values[4], reply;
  size_t count = weft_js_count(args) - 1;
  for (size_t i = 0; i < count; i++) values[i] = weft_js_arg(args, i + 1);
  int rc = weft_js_call(weft_js_string(args, 0), values, count, &reply);
  if (rc < 0) return rc;
  weft_js_return(args, reply);
  weft_js_free(&reply);
  return 0;
}
WEFT_EXPORT(ask)

/* ask, for at most 10 ms. */
static int ask_briefly(weft_js_args *args) {
  weft_timeout scope;
  int rc = weft_timeout_begin(&scope, 0.01);
  return rc < 0 ? rc : weft_timeout_end(&scope, ask(args));
}
WEFT_EXPORT(ask_briefly)

/* n! by way of JavaScript: each step calls back into factorial. */
static int factorial(weft_js_args *args) {
  double n = weft_js_number(args, 0);
  if (n <= 1) return 1;
  weft_js_value before = weft_js_of_number(n - 1), reply;
  int rc = weft_js_call("factorial", &before, 1, &reply);
  if (rc < 0) return rc;
  return weft_js_return(args, weft_js_of_number(n * reply.number));
}
WEFT_EXPORT(factorial)

/* Joins the strings that an iterable gives, at most so many. */
static int join(weft_js_args *args) {
  char text[256] = "";
  double most = weft_js_number(args, 1);
  weft_js_value item;
  int rc = 0;
  for (int i = 0; !(i >= most); i++) {
    rc = weft_js_next(weft_js_arg(args, 0), &item);
    if (rc <= 0) break;
    strncat(text, item.text, sizeof text - strlen(text) - 1);
    weft_js_free(&item);
  }
  if (rc < 0) return rc;
  return weft_js_return(args, weft_js_of_string(text));
}
WEFT_EXPORT(join)

/* Yields n, n - 1 ... 1. */
static int countdown(weft_js_args *args) {
  for (double n = weft_js_number(args, 0); n > 0; n--) {
    int rc = weft_js_yield(args, weft_js_of_number(n));
    if (rc < 0) {
      weft_sleep(0);
      cleaned_up++;
      return rc;
    }
    weft_sleep(0);
  }
  return weft_js_return(args, weft_js_of_string("lift-off"));
}
WEFT_EXPORT(countdown)

/* Yields what an iterable gives, as it comes. */
static int relay(weft_js_args *args) {
  weft_js_value item;
  int rc;
  while ((rc = weft_js_next(weft_js_arg(args, 0), &item)) > 0) {
    rc = weft_js_yield(args, item);
    weft_js_free(&item);
    if (rc < 0) return rc;
  }
  return rc;
}
WEFT_EXPORT(relay)
