/*
 * Included where tasks come to wait for what other tasks do: only programs that
 * contain such a wait can come to a deadlock, and only they carry its report.
 */
#ifndef WEFT_SRC_DEADLOCK_H
#define WEFT_SRC_DEADLOCK_H

#include "task.h"

/* What loop.c refers to weakly. */
__attribute__((used)) static void (*const weft__deadlock_report)(void) =
    weft__tasks_report;

#endif
