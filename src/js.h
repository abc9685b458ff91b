/* A call from JavaScript, as both halves of weft/js.h see it. */
#ifndef WEFT_SRC_JS_H
#define WEFT_SRC_JS_H

#include "task.h"

#include <weft/js.h>

struct weft_js_args {
  weft__handle done; /* among the callbacks of the call's task */
  weft__node all;    /* in the list of calls under way */
  weft__task *task;
  weft_js_fn fn;
  size_t count;
  weft_js_value *values; /* in one block with what they point to */
};

#endif
