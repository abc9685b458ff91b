/*
 * Ctrl-C. WASI 0.2 has no signals: whoever starts the program, such as
 * wasi/weft-run, catches them and sends a datagram instead.
 *
 * While a run lasts, a program with the environment variable
 * WEFT_INTERRUPT=PORT:TOKEN listens on that UDP port of 127.0.0.1; a datagram
 * that is the token does what weft_interrupt does. Others are ignored. Outside
 * of a run nobody listens, which the sender can see (ECONNREFUSED).
 */
#ifndef WEFT_WASI_INTERRUPT_H
#define WEFT_WASI_INTERRUPT_H

/* It does not count as something that a task waits for. That it cannot listen
   is said on stderr, and the program goes on. */
void weft__interrupt_open(void);
void weft__interrupt_close(void);

#endif
