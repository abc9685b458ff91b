/* What weft/js.h answers where there is no JavaScript. */
#include <stdio.h>
#include <weft.h>

static int body(void *arg) {
  (void)arg;
  weft_js_value value;
  int rc = weft_js_call("name", NULL, 0, &value);
  printf("%s: %s\n", weft_error_name(rc), weft_errmsg(rc));
  weft_js_free(&value);
  rc = weft_js_serve();
  printf("%s: %s\n", weft_error_name(rc), weft_errmsg(rc));
  return 0;
}

int main(void) { return weft_run(body, NULL); }
