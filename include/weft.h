/*
 * weft: asyncio for C on WebAssembly.
 *
 * One program, three hosts: a browser page, Node.js and the wasmtime CLI.
 * Tasks are coroutines that may suspend at any depth of ordinary C calls.
 *
 *   #include <stdio.h>
 *   #include <weft.h>
 *
 *   static int hello(void *arg) {
 *     (void)arg;
 *     puts("Hello ...");
 *     int rc = weft_sleep(1.0);
 *     if (rc < 0) return rc;
 *     puts("... World!");
 *     return 0;
 *   }
 *
 *   int main(void) { return weft_run(hello, NULL); }
 *
 * Conventions of every function:
 * - 0 or more is a result, a negative number is a WEFT_E... (weft/error.h).
 * - Seconds are double, as in asyncio; the clock is monotonic.
 * - A function says in its comment whether it suspends. One that may suspend
 *   answers WEFT_ECANCELED when the task is cancelled while it waits, and
 *   WEFT_ENOTRUNNING when it is called outside weft_run.
 */
#ifndef WEFT_H
#define WEFT_H

#include <weft/barrier.h>
#include <weft/call.h>
#include <weft/condition.h>
#include <weft/debug.h>
#include <weft/error.h>
#include <weft/event.h>
#include <weft/executor.h>
#include <weft/fetch.h>
#include <weft/file.h>
#include <weft/future.h>
#include <weft/group.h>
#include <weft/job.h>
#include <weft/js.h>
#include <weft/local.h>
#include <weft/lock.h>
#include <weft/queue.h>
#include <weft/run.h>
#include <weft/select.h>
#include <weft/semaphore.h>
#include <weft/server.h>
#include <weft/stream.h>
#include <weft/task.h>
#include <weft/timeout.h>
#include <weft/tls.h>
#include <weft/udp.h>
#include <weft/wait.h>
#include <weft/websocket.h>

#endif
