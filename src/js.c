/*
 * The part of weft/js.h that needs no JavaScript: values and arguments. The
 * rest is the back end's.
 */
#include "js.h"

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

double weft_js_number(const weft_js_args *args, size_t i) {
  weft_js_value value = weft_js_arg(args, i);
  return value.kind == WEFT_JS_NUMBER ? value.number : NAN;
}

const char *weft_js_string(const weft_js_args *args, size_t i) {
  weft_js_value value = weft_js_arg(args, i);
  return value.kind == WEFT_JS_STRING ? value.text : NULL;
}

const void *weft_js_bytes(const weft_js_args *args, size_t i, size_t *size) {
  weft_js_value value = weft_js_arg(args, i);
  if (value.kind != WEFT_JS_BYTES) return NULL;
  *size = value.size;
  return value.bytes;
}
