/*
 * The headers that this page's own server answers with: C awaits a function of
 * the page, which calls fetch.
 */
#include <stdio.h>
#include <weft.h>

static int async_main(void *arg) {
  weft_js_value address = weft_js_of_string(arg), headers, line;
  int rc = weft_js_call("headers", &address, 1, &headers);
  if (rc < 0) {
    fprintf(stderr, "%s: %s\n", weft_error_name(rc), weft_errmsg(rc));
    return rc;
  }
  while ((rc = weft_js_next(headers, &line)) > 0) {
    printf("HTTP header> %s\n", line.text);
    weft_js_free(&line);
  }
  weft_js_free(&headers);
  return rc;
}

int main(int argc, char **argv) {
  return weft_run(async_main, argc > 1 ? argv[1] : ".") < 0;
}
