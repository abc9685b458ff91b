/*
 * The part of weft/js.h that needs no JavaScript: values and arguments. The
 * rest is the back end's.
 */
#include "js.h"

#include "error.h"

#include <math.h>
#include <string.h>

weft_js_value weft_js_of_number(double number) {
  return (weft_js_value){.kind = WEFT_JS_NUMBER, .number = number};
}

weft_js_value weft_js_of_string(const char *text) {
  return (weft_js_value){
      .kind = WEFT_JS_STRING, .size = (uint32_t)strlen(text), .text = text};
}

weft_js_value weft_js_of_bytes(const void *bytes, size_t size) {
  return (weft_js_value){
      .kind = WEFT_JS_BYTES, .size = (uint32_t)size, .bytes = bytes};
}

size_t weft_js_count(const weft_js_args *args) { return args->count; }

weft_js_value weft_js_arg(const weft_js_args *args, size_t i) {
  return i < args->count ? args->values[i] : (weft_js_value){0};
}

static const char *const kinds[] = {
    "undefined", "null",  "a boolean", "a number",
    "a string",  "bytes", "an object",
};

/* Whether an argument is of a kind; if not, that is the message of WEFT_EINVAL,
   should the function return this. */
static bool is(const weft_js_args *args, size_t i, weft_js_kind kind) {
  weft_js_kind found = weft_js_arg(args, i).kind;
  if (found == kind) return true;
  weft__fail(WEFT_EINVAL, "argument %z is %s, not %s", i + 1, kinds[found],
             kinds[kind]);
  return false;
}

double weft_js_number(const weft_js_args *args, size_t i) {
  return is(args, i, WEFT_JS_NUMBER) ? args->values[i].number : NAN;
}

const char *weft_js_string(const weft_js_args *args, size_t i) {
  return is(args, i, WEFT_JS_STRING) ? args->values[i].text : NULL;
}

const void *weft_js_bytes(const weft_js_args *args, size_t i, size_t *size) {
  if (!is(args, i, WEFT_JS_BYTES)) return NULL;
  *size = args->values[i].size;
  return args->values[i].bytes;
}
