/* What a run was asked for, by weft_run_options and by the environment. */
#ifndef WEFT_SRC_OPTIONS_H
#define WEFT_SRC_OPTIONS_H

#include <weft/run.h>

/*
 * weft__options_apply sets clock, order and debug mode for a run. options may
 * be NULL; WEFT_CLOCK, WEFT_SEED and WEFT_DEBUG are looked at for what it
 * leaves open. Errors: WEFT_EINVAL for a value that makes no sense.
 */
int weft__options_apply(const weft_run_options *options);

#endif
