/* weft/js.h where there is no JavaScript. */
#include "js.h"

#include "error.h"

static int unsupported(const char *function) {
  return weft__fail(WEFT_ENOTSUP,
                    "%s: there is no JavaScript on this host; run the program "
                    "on Node.js or in a browser",
                    function);
}

/* Nobody can call it: nothing to remember. */
void weft__bridge_register(struct weft__bridge_export *entry) { (void)entry; }

int weft_js_return(weft_js_args *args, weft_js_value value) {
  (void)args, (void)value;
  return unsupported("weft_js_return");
}

int weft_js_yield(weft_js_args *args, weft_js_value value) {
  (void)args, (void)value;
  return unsupported("weft_js_yield");
}

int weft_js_serve(void) { return unsupported("weft_js_serve"); }

int weft_js_call(const char *name, const weft_js_value *args, size_t count,
                 weft_js_value *result) {
  (void)name, (void)args, (void)count;
  if (result) *result = (weft_js_value){0};
  return unsupported("weft_js_call");
}

int weft_js_next(weft_js_value iterable, weft_js_value *result) {
  (void)iterable;
  *result = (weft_js_value){0};
  return unsupported("weft_js_next");
}

void weft_js_free(weft_js_value *value) { *value = (weft_js_value){0}; }

/* Of a program of exported functions alone. (It has the name that clang gives
   to a main with arguments: one without them needs none of this.) */
__attribute__((weak)) int main(int argc, char **argv) {
  (void)argc, (void)argv;
  weft__report("the program has no main function, and nobody can call its "
               "exported functions on this host");
  return 1;
}
