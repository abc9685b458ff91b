/*
 * Errors. A function of weft returns 0 or more when it has succeeded and one
 * of these when it has not; a task that returns one has failed with it.
 */
#ifndef WEFT_ERROR_H
#define WEFT_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum {
  WEFT_ECANCELED = -1,     /* the task, or what it waited for, was cancelled */
  WEFT_ETIMEDOUT = -2,     /* the deadline passed */
  WEFT_EINVAL = -3,        /* an argument makes no sense */
  WEFT_ENOMEM = -4,        /* out of memory */
  WEFT_ENOTRUNNING = -5,   /* called outside weft_run, or outside a task */
  WEFT_ERUNNING = -6,      /* weft_run inside weft_run */
  WEFT_EDEADLK = -7,       /* nothing can ever wake the waiting tasks */
  WEFT_ESTALE = -8,        /* the handle was released, or its run has ended */
  WEFT_ERANGE = -9,        /* beyond what the clock or a counter can hold */
  WEFT_ESTACK = -10,       /* a task overflowed its C stack */
  WEFT_ETRAP = -11,        /* a task or a job trapped */
  WEFT_EINTR = -12,        /* interrupted from outside: Ctrl-C, abort signal */
  WEFT_EPENDING = -13,     /* no result yet */
  WEFT_EALREADY = -14,     /* done before: the result is set, it was closed */
  WEFT_ENOTSUP = -15,      /* this host cannot do it */
  WEFT_ECLOSED = -16,      /* it was closed or shut down */
  WEFT_EFULL = -17,        /* no room, and the caller did not want to wait */
  WEFT_EEMPTY = -18,       /* nothing there, and no wish to wait */
  WEFT_EBROKEN = -19,      /* the barrier is broken */
  WEFT_EGROUP = -20,       /* tasks of a group failed; the group lists them */
  WEFT_ELIMIT = -21,       /* more data than the limit before the separator */
  WEFT_EINCOMPLETE = -22,  /* end of stream before all was there */
  WEFT_ECONNREFUSED = -23, /* nobody listens at that address */
  WEFT_ECONNRESET = -24,   /* the peer broke the connection */
  WEFT_ENOTFOUND = -25,    /* no such name, file or job */
  WEFT_EACCES = -26,       /* the host does not permit it */
  WEFT_EADDRINUSE = -27,   /* the address is taken */
  WEFT_EUNREACH = -28,     /* no way to that host */
  WEFT_ECERT = -29,        /* the peer's certificate was refused */
  WEFT_EPROTO = -30,       /* the peer does not speak the protocol */
  WEFT_EIO = -31,          /* any other error of the host's input or output */
  WEFT_EEXIT = -32,        /* a job called exit */
  WEFT_EJS = -33,          /* a JavaScript function threw an error */
};

/*
 * weft_error_name(code) gives the constant's name, "WEFT_ETIMEDOUT" for
 * WEFT_ETIMEDOUT, and "WEFT_E?" for a number that is none. Never suspends.
 */
const char *weft_error_name(int code);

/*
 * weft_strerror(code) gives one sentence on what the code means, "success" for
 * 0 or more. The string is constant. Never suspends.
 */
const char *weft_strerror(int code);

/*
 * weft_errmsg(code) gives what the current task knows of its last error with
 * that code: which name was unknown, which flag is missing, which task failed.
 * Where nothing more is known it is weft_strerror(code). The string belongs to
 * weft and is valid until the task's next call of weft. Never suspends.
 */
const char *weft_errmsg(int code);

#ifdef __cplusplus
}
#endif
#endif
