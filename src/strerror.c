/*
 * What errors mean, in words: a file of its own, because programs that never
 * ask need not carry them.
 */
#include "error.h"
#include "future.h"

static const char *const texts[] = {
    "success",                                       /* WEFT_OK */
    "cancelled",                                     /* WEFT_ECANCELED */
    "the deadline has passed",                       /* WEFT_ETIMEDOUT */
    "an argument is invalid",                        /* WEFT_EINVAL */
    "out of memory",                                 /* WEFT_ENOMEM */
    "called outside a task of weft_run",             /* WEFT_ENOTRUNNING */
    "weft_run is running already",                   /* WEFT_ERUNNING */
    "nothing can ever wake the waiting tasks",       /* WEFT_EDEADLK */
    "the handle was released, or its run has ended", /* WEFT_ESTALE */
    "beyond the range of the clock or counter",      /* WEFT_ERANGE */
    "a task has overflowed its C stack",             /* WEFT_ESTACK */
    "a task or job has trapped",                     /* WEFT_ETRAP */
    "interrupted",                                   /* WEFT_EINTR */
    "there is no result yet",                        /* WEFT_EPENDING */
    "it was done already",                           /* WEFT_EALREADY */
    "this host cannot do it",                        /* WEFT_ENOTSUP */
    "it is closed",                                  /* WEFT_ECLOSED */
    "there is no room",                              /* WEFT_EFULL */
    "there is nothing",                              /* WEFT_EEMPTY */
    "the barrier is broken",                         /* WEFT_EBROKEN */
    "tasks of the group have failed",                /* WEFT_EGROUP */
    "more data than the limit before the separator", /* WEFT_ELIMIT */
    "the stream ended before all was there",         /* WEFT_EINCOMPLETE */
    "connection refused: nobody listens there",      /* WEFT_ECONNREFUSED */
    "the peer has broken the connection",            /* WEFT_ECONNRESET */
    "no such name",                                  /* WEFT_ENOTFOUND */
    "the host does not permit it",                   /* WEFT_EACCES */
    "the address is in use",                         /* WEFT_EADDRINUSE */
    "the network or host cannot be reached",         /* WEFT_EUNREACH */
    "the peer's certificate was refused",            /* WEFT_ECERT */
    "the peer does not speak the protocol",          /* WEFT_EPROTO */
    "input/output error",                            /* WEFT_EIO */
    "the job has called exit",                       /* WEFT_EEXIT */
    "a JavaScript function has thrown an error",     /* WEFT_EJS */
};
enum { TEXT_COUNT = sizeof texts / sizeof *texts };

const char *weft_strerror(int code) {
  unsigned i = code >= 0 ? 0 : 0u - (unsigned)code;
  return i < TEXT_COUNT ? texts[i] : "unknown error";
}

/* What is known, or else what the code says by itself. */
static const char *words(const char *message, int code) {
  return message && *message ? message : weft_strerror(code);
}

const char *weft_errmsg(int code) {
  return words(code < 0 ? weft__last_message(code) : NULL, code);
}

const char *weft__message_of(const weft__future *future) {
  return words(weft__has_message(future) ? future->message : NULL,
               future->result);
}
