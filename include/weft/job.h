/*
 * Jobs: plain C functions that an executor (weft/executor.h) can run on a
 * worker.
 *
 *   struct range { int64_t first, last; };
 *
 *   static int sum(const struct range *in, int64_t *out) {
 *     *out = 0;
 *     for (int64_t i = in->first; i < in->last; i++) *out += i;
 *     return 0;
 *   }
 *   WEFT_JOB(sum, struct range, int64_t)
 *
 * A worker is an instance of the same program with a memory of its own, maybe
 * on another machine: a job sees its input and what is constant, not what the
 * program has in its variables, and pointers mean nothing to it. What it
 * prints comes out of the program's stdout while it runs. It may run tasks of
 * its own, sleep and use streams: it is the main task of its worker.
 *
 * What it returns is the result of its future: 0 or more a value, negative a
 * WEFT_E..., whose message (weft_errmsg) comes with it.
 */
#ifndef WEFT_JOB_H
#define WEFT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <weft/run.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A block of memory from malloc that changes hands. */
typedef struct weft_output {
  void *data;
  size_t size;
} weft_output;

/* A registered job. The fields are weft's own. */
typedef struct weft_job {
  const char *name;
  const char *site; /* where it is registered */
  int (*bytes)(const void *input, size_t size, weft_output *output);
  int (*typed)(const void *input, void *output);
  size_t input_size, output_size; /* of a typed job */
  struct weft_job *next;          /* registered before it */
  unsigned index;                 /* how many were */
  bool cpu;                       /* never suspends */
  double longest; /* seconds that it took lately, at most; 0: not known */
} weft_job;

/*
 * WEFT_JOB(function, input_type, output_type), beside the function, registers
 * int function(const input_type *input, output_type *output) under its name.
 * The types are copied as bytes: no pointers in them. The output is zero at
 * first. The name is unique in the program: two of a name don't link.
 */
#define WEFT_JOB(function, input_type, output_type)                            \
  int weft__job_run_##function(const void *input, void *output) {              \
    return function((const input_type *)input, (output_type *)output);         \
  }                                                                            \
  WEFT__JOB_TYPED(function, weft__job_run_##function, input_type, output_type, \
                  false)

/*
 * WEFT_JOB_BYTES(function) registers
 * int function(const void *input, size_t size, weft_output *output).
 * The input is valid until it returns. It may set output to a block from
 * malloc, which weft frees.
 */
#define WEFT_JOB_BYTES(function)                                               \
  int weft__job_run_##function(const void *input, size_t size,                 \
                               weft_output *output) {                          \
    return function(input, size, output);                                      \
  }                                                                            \
  WEFT__JOB_UNTYPED(function, weft__job_run_##function, false)

/*
 * WEFT_CPU_JOB and WEFT_CPU_JOB_BYTES: the same for a function that only
 * computes, at the full speed of the machine. A function of which the compiler
 * can see that it never waits has that anyway. One that calls through pointers,
 * or calls the like (qsort), might; it runs at half to two thirds of the speed,
 * unless this promises that the job never waits: what it calls, by name or
 * through pointers, is then compiled a second time for such jobs, as if there
 * were no coroutines.
 *
 * In such a job whatever needs a task (weft_sleep, weft_await, streams) fails
 * with WEFT_ENOTRUNNING, and weft_job_cancelled() is false: a cancel ends it
 * by force.
 */
#define WEFT_CPU_JOB(function, input_type, output_type)                        \
  int weft__cpu_job_##function(const void *input, void *output) {              \
    return function((const input_type *)input, (output_type *)output);         \
  }                                                                            \
  WEFT__JOB_TYPED(function, weft__cpu_job_##function, input_type, output_type, \
                  true)
#define WEFT_CPU_JOB_BYTES(function)                                           \
  int weft__cpu_job_##function(const void *input, size_t size,                 \
                               weft_output *output) {                          \
    return function(input, size, output);                                      \
  }                                                                            \
  WEFT__JOB_UNTYPED(function, weft__cpu_job_##function, true)

/* In another file than WEFT_JOB or WEFT_JOB_BYTES: makes the job known. */
#define WEFT_JOB_DECLARE(function, input_type, output_type)                    \
  extern weft_job weft__job_##function;                                        \
  WEFT__JOB_TYPES(function, input_type, output_type)
#define WEFT_JOB_DECLARE_BYTES(function) extern weft_job weft__job_##function

/*
 * weft_job_cancelled() tells a job whether its end is wanted: its future was
 * cancelled, or the pool shut down. A job that looks now and then can clean up
 * and return; one that does not is ended by force (see weft_executor_options).
 * It lets the host work every few milliseconds: may suspend. Outside a job it
 * is false.
 */
bool weft_job_cancelled(void);

/* ---- what the macros are made of */

#define WEFT__JOB_TYPED(function, run, input_type, output_type, cpu)           \
  weft_job weft__job_##function = {                                            \
      #function,           WEFT_HERE, 0, run, sizeof(input_type),              \
      sizeof(output_type), 0,         0, cpu, 0};                              \
  WEFT__JOB_REGISTER(function)                                                 \
  WEFT__JOB_TYPES(function, input_type, output_type)

#define WEFT__JOB_UNTYPED(function, run, cpu)                                  \
  weft_job weft__job_##function = {#function, WEFT_HERE, run, 0,   0,          \
                                   0,         0,         0,   cpu, 0};         \
  WEFT__JOB_REGISTER(function)

#define WEFT__JOB_REGISTER(function)                                           \
  __attribute__((constructor)) static void weft__job_register_##function(      \
      void) {                                                                  \
    weft__job_register(&weft__job_##function);                                 \
  }                                                                            \
  WEFT__JOB_END(function)

/* Lets the compiler check the types of what is given and taken. */
#define WEFT__JOB_TYPES(function, input_type, output_type)                     \
  __attribute__((unused)) static inline const void *                           \
  weft__job_input_##function(const input_type *input) {                        \
    return input;                                                              \
  }                                                                            \
  __attribute__((unused)) static inline void *weft__job_output_##function(     \
      output_type *output) {                                                   \
    return output;                                                             \
  }                                                                            \
  WEFT__JOB_END(function)

/* Takes the semicolon, or does without. */
#define WEFT__JOB_END(function) extern weft_job weft__job_##function;

void weft__job_register(weft_job *job);

#ifdef __cplusplus
}
#endif
#endif
