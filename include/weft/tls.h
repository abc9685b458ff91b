/*
 * TLS contexts: who is trusted, and who we are. Source: ssl.SSLContext.
 *
 *   weft_tls *tls;
 *   int rc = weft_tls_client(NULL, &tls);
 *   ...
 *   weft_stream_options options = {.tls = tls};
 *   rc = weft_open_connection("example.org", 443, &options, &stream);
 *
 * Unless an option says otherwise a client checks the server's certificate
 * against the system's roots, and its name. TLS 1.2 and 1.3 are spoken.
 * (On wasmtime the roots are a file that the program must be given to read:
 * --dir /etc/ssl/certs, or WEFT_CA_FILE.)
 * A peer that ends the connection without TLS's own end looks like one that
 * ended it well on Node.js, as in asyncio, and is WEFT_ECONNRESET on WASI: a
 * protocol must not take the end of the stream for the end of a message.
 * Programs that make no context carry no TLS code.
 */
#ifndef WEFT_TLS_H
#define WEFT_TLS_H

#include <stdbool.h>
#include <weft/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default throughout. Certificates and keys are PEM text. */
typedef struct weft_tls_options {
  const char *ca; /* certificates to trust instead of the system's; in a server:
                     clients must show one that these have signed */
  const char *certificate; /* our own chain, ours first; a server needs one */
  const char *key;         /* its private key */
  const char *alpn;        /* protocols, the best first: "h2,http/1.1"; the
                              server's order decides, and none in common is an
                              error */
  bool insecure_no_verification; /* of a client: accept any certificate; anybody
                                    can then read and change what is sent */
} weft_tls_options;

/*
 * weft_tls_client(options, &tls) makes a context for clients, weft_tls_server
 * one for servers. options may be NULL for a client; its strings are the
 * caller's again afterwards. The context is the caller's, to be given to
 * weft_tls_free when no stream is being opened with it.
 * Errors: WEFT_ECERT for a certificate or key that cannot be read (on Node.js
 * only when the context is first used); WEFT_EINVAL for a server without;
 * WEFT_ENOTSUP in a browser (use "https:" with weft_fetch); WEFT_ENOMEM.
 * Never suspend.
 */
int weft_tls_client(const weft_tls_options *options, weft_tls **tls);
int weft_tls_server(const weft_tls_options *options, weft_tls **tls);
void weft_tls_free(weft_tls *tls);

#ifdef __cplusplus
}
#endif
#endif
