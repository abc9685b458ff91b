/* The floor of cpu_job: bench.mjs compiles it free of coroutines. */
#include "cpu_job.c"
