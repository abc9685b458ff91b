/*
 * JavaScript on the other side: C functions that JS calls as async functions,
 * and JS functions that C awaits.
 *
 *   static int greet(weft_js_args *args) {
 *     const char *name = weft_js_string(args, 0);
 *     if (!name) return WEFT_EINVAL;
 *     weft_js_value reply;
 *     weft_js_value question = weft_js_of_string(name);
 *     int rc = weft_js_call("lookup", &question, 1, &reply);
 *     if (rc < 0) return rc;
 *     weft_js_return(args, reply);
 *     weft_js_free(&reply);
 *     return 0;
 *   }
 *   WEFT_EXPORT_TYPED(greet, "(name: string) => string")
 *
 * and in JS:
 *
 *   const app = await load(url, { imports: { lookup: async (name) => ... } });
 *   console.log(await app.functions.greet('Ada'));
 *
 * Each call is a task: any number may be under way, on either side, and each
 * may call the other side again. A program with exports needs no main function;
 * one that has it serves calls while it is in weft_run, as long as it likes:
 * weft_js_serve waits until JS closes the program.
 *
 * Hosts: Node.js and browsers. On wasmtime what suspends here answers
 * WEFT_ENOTSUP.
 */
#ifndef WEFT_JS_H
#define WEFT_JS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum weft_js_kind {
  WEFT_JS_UNDEFINED,
  WEFT_JS_NULL,
  WEFT_JS_BOOLEAN, /* number is 0 or 1 */
  WEFT_JS_NUMBER,
  WEFT_JS_STRING, /* text: UTF-8 with a NUL after its size bytes */
  WEFT_JS_BYTES,  /* bytes: from or to a Uint8Array */
  WEFT_JS_OBJECT, /* object: anything else, which C can only hand on, or
                     iterate over with weft_js_next */
} weft_js_kind;

/* A value of JavaScript; text and bytes are somebody else's memory. */
typedef struct weft_js_value {
  weft_js_kind kind;
  uint32_t size; /* of text and bytes */
  union {
    double number;
    const char *text;
    const void *bytes;
    uint32_t object;
  };
} weft_js_value;

/* Values that point to what the caller has. */
weft_js_value weft_js_of_number(double number);
weft_js_value weft_js_of_string(const char *text);
weft_js_value weft_js_of_bytes(const void *bytes, size_t size);

/* ---- C functions for JavaScript */

/* The arguments of a call from JS; valid until the function returns. */
typedef struct weft_js_args weft_js_args;

/*
 * What JS can call. The promise that JS gets is fulfilled with the value that
 * weft_js_return was given, else with the number returned; a negative number
 * rejects it with a WeftError of that code and its weft_errmsg. The function
 * may suspend. It is cancelled when the AbortSignal of the call is.
 */
typedef int (*weft_js_fn)(weft_js_args *args);

/*
 * WEFT_EXPORT(fn) stands after a weft_js_fn, outside any function: JS finds it
 * as functions.fn.
 *
 * WEFT_EXPORT_TYPED(fn, type) also says, for TypeScript, what it takes and
 * gives: a function type, as a literal. A function that yields gives an
 * AsyncIterable. NAME.d.mts, which is made beside the program, has them all.
 *
 *   WEFT_EXPORT_TYPED(greet, "(name: string) => string")
 *   WEFT_EXPORT_TYPED(lines, "(file: Uint8Array) => AsyncIterable<string>")
 *
 * WEFT_EXPORT_WITH(fn, type, bytes) gives the task of each call that much C
 * stack instead of the default, which 0 stands for; a type of "" says nothing.
 */
#define WEFT_EXPORT(fn) WEFT_EXPORT_WITH(fn, "", 0)
#define WEFT_EXPORT_TYPED(fn, type) WEFT_EXPORT_WITH(fn, type, 0)
#define WEFT_EXPORT_WITH(fn, type, bytes)                                      \
  __attribute__((constructor)) static void weft__export_##fn(void) {           \
    static struct weft__bridge_export entry = {#fn, (fn), (bytes), NULL};      \
    weft__bridge_register(&entry);                                             \
  }                                                                            \
  WEFT__EXPORT_TYPE(fn, type)
/* In a section of its own, which web/types.mjs reads and no instance loads. */
#define WEFT__EXPORT_TYPE(fn, type)                                            \
  __asm__(".section .custom_section.weft_exports,\"\",@\n"                     \
          ".asciz \"" #fn "\"\n"                                               \
          ".asciz " #type "\n"                                                 \
          ".text");
struct weft__bridge_export {
  const char *name;
  weft_js_fn fn;
  size_t stack_size;
  struct weft__bridge_export *next;
};
void weft__bridge_register(struct weft__bridge_export *entry);

/* weft_js_count(args): how many there are. Never suspends. */
size_t weft_js_count(const weft_js_args *args);

/*
 * weft_js_arg(args, i) is argument i, undefined beyond the last. Its text,
 * bytes or object are valid until the function returns. Never suspends.
 *
 * weft_js_number, weft_js_string and weft_js_bytes are argument i, or NaN, NULL
 * and NULL if it is of another kind, as one that is missing is: what TypeScript
 * was told does not bind who writes JavaScript. Return WEFT_EINVAL then, and JS
 * reads which argument is what ("argument 1 is undefined, not a string").
 */
weft_js_value weft_js_arg(const weft_js_args *args, size_t i);
double weft_js_number(const weft_js_args *args, size_t i);
const char *weft_js_string(const weft_js_args *args, size_t i);
const void *weft_js_bytes(const weft_js_args *args, size_t i, size_t *size);

/*
 * weft_js_return(args, value) sets what JS gets, once the function has
 * returned 0 or more. The value is copied at once. Returns 0.
 * Never suspends.
 */
int weft_js_return(weft_js_args *args, weft_js_value value);

/*
 * weft_js_yield(args, value) gives one value to a caller that iterates
 * (`for await (const v of functions.fn.iterate(...))`), or reads
 * functions.fn.stream(...), a ReadableStream, and waits until it asks for the
 * next. Returns 0.
 * Errors: WEFT_ECANCELED when the caller has left its loop or cancelled its
 * stream, or the call was cancelled; WEFT_ENOTSUP when it only awaits.
 * Suspends. Source: an asynchronous generator's yield.
 */
int weft_js_yield(weft_js_args *args, weft_js_value value);

/*
 * weft_js_serve() waits until JS closes the program (close(), or the end of an
 * `await using` block), for programs that only answer calls. Returns 0.
 * Errors: WEFT_ECANCELED; WEFT_ENOTSUP on wasmtime. Suspends.
 */
int weft_js_serve(void);

/* ---- JavaScript functions for C */

/*
 * weft_js_call(name, args, count, result) calls the function that load() was
 * given as imports[name], with one more argument at the end: an object whose
 * `signal` is an AbortSignal that a cancel of the waiting task aborts. It waits
 * for the promise, if it gives one. *result, unless result is NULL, is the
 * caller's, to be given to weft_js_free. Returns 0.
 * Errors: WEFT_ENOTFOUND no such function; the code of a WeftError that it
 * throws; WEFT_ECANCELED for an AbortError, WEFT_ETIMEDOUT for a TimeoutError,
 * WEFT_EJS for all else, with its message; WEFT_ECANCELED; WEFT_ENOMEM;
 * WEFT_ENOTSUP on wasmtime.
 * Suspends if the function gives a promise.
 */
int weft_js_call(const char *name, const weft_js_value *args, size_t count,
                 weft_js_value *result);

/*
 * weft_js_next(iterable, result) waits for the next value of a ReadableStream
 * or another iterable object, synchronous or not. Returns 1, or 0 at its end.
 * *result is the caller's, to be given to weft_js_free.
 * Errors: WEFT_EINVAL for what is not iterable; WEFT_EALREADY while another
 * task waits for its next value; else as weft_js_call. A cancelled
 * weft_js_next ends the iteration: a stream is cancelled, a generator returns.
 * Nothing is asked for in advance. Suspends.
 */
int weft_js_next(weft_js_value iterable, weft_js_value *result);

/*
 * weft_js_free(value) frees what weft_js_call or weft_js_next gave, and makes
 * it undefined; an iteration that has not ended is ended. Never suspends.
 */
void weft_js_free(weft_js_value *value);

#ifdef __cplusplus
}
#endif
#endif
