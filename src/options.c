#include "options.h"

#include "clock.h"
#include "error.h"
#include "hooks.h"
#include "host.h"
#include "loop.h"
#include "shuffle.h"

#include <string.h>

enum { VALUE_SIZE = 32 };

static bool get(const char *name, char *value) {
  return weft__host_env(name, value, VALUE_SIZE) && *value;
}

/* Said aloud too: who sets variables need not be who looks at results. */
static int wrong(const char *name, const char *value, const char *wanted) {
  weft__report("%s is '%s'; it can be %s", name, value, wanted);
  return weft__fail(WEFT_EINVAL, "%s is '%s'; it can be %s", name, value,
                    wanted);
}

static int read_clock(bool *is_virtual) {
  char value[VALUE_SIZE];
  if (*is_virtual || !get("WEFT_CLOCK", value)) return 0;
  *is_virtual = !strcmp(value, "virtual");
  if (*is_virtual || !strcmp(value, "real")) return 0;
  return wrong("WEFT_CLOCK", value, "real or virtual");
}

static int read_seed(uint64_t *seed) {
  char value[VALUE_SIZE];
  if (*seed || !get("WEFT_SEED", value)) return 0;
  for (const char *c = value; *c; c++) {
    if (*c < '0' || *c > '9') return wrong("WEFT_SEED", value, "a number");
    *seed = *seed * 10 + (uint64_t)(*c - '0');
  }
  return 0;
}

#ifndef WEFT_DEBUG
/* NULL in release programs that do not use debug mode. */
extern const weft__hooks weft__debug_hooks __attribute__((weak));
#endif

static int read_debug(bool *debug) {
  char value[VALUE_SIZE];
  if (*debug || !get("WEFT_DEBUG", value)) return 0;
  *debug = !strcmp(value, "1");
  if (!*debug)
    return strcmp(value, "0") ? wrong("WEFT_DEBUG", value, "0 or 1") : 0;
  const weft__hooks *linked = &weft__debug_hooks;
  if (linked) return 0;
  weft__report("WEFT_DEBUG=1, but this program was built without debug mode: "
               "build it with --debug, or have it call weft_run_with");
  *debug = false;
  return 0;
}

int weft__options_apply(const weft_run_options *options) {
  bool is_virtual = options && options->virtual_clock;
  uint64_t seed = options ? options->seed : 0;
  bool debug = weft__loop.traced || (options && options->debug);
  int rc = read_clock(&is_virtual);
  if (rc == 0) rc = read_seed(&seed);
  if (rc == 0) rc = read_debug(&debug);
  if (rc < 0) return rc;
  weft__clock_start(is_virtual);
  weft__loop.shuffled = seed != 0;
  weft__shuffle_seed(seed);
  weft__loop.hooks = debug ? &weft__debug_hooks : NULL;
  if (debug) weft__loop.hooks->begin(options);
  return 0;
}
