/*
 * The other side of an executor on WASI: this component under `wasmtime serve`
 * or another host of wasi:http. Each request (src/job_wire.h) is one job.
 */
#ifndef WEFT_WASI_JOB_SERVER_H
#define WEFT_WASI_JOB_SERVER_H

#include <stdbool.h>

/* Named by programs with an executor: it brings the server into the link. */
void weft__job_server_link(void);

/*
 * weft__job_server_look cancels the job that runs here if nobody waits for it
 * any more. Does nothing outside a server.
 */
void weft__job_server_look(void);

/*
 * weft__job_server_print takes what a job writes to descriptor 1 or 2. False
 * outside a job: it goes where it always goes.
 */
struct iovec;
bool weft__job_server_print(int fd, const struct iovec *parts, int count);

/* weft__print (wasi/print.c): the same in programs that may have no server. */
bool weft__print(int fd, const struct iovec *parts, int count);

#endif
