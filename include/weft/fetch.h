/*
 * HTTP requests, by the host's own client: fetch in a page and in Node.js,
 * wasi:http on wasmtime.
 *
 *   weft_stream *response;
 *   int status = weft_fetch("https://example.org/", NULL, &response);
 *   if (status < 0) return status;
 *   char *line;
 *   while ((rc = weft_readline(response, &line)) > 0) fputs(line, stdout);
 *   weft_stream_release(response);
 *
 * The response is a stream whose bytes are the body; nothing can be written to
 * it. weft_get_extra_info tells more of it: "header:content-type" and any other
 * header by its name in small letters (several of one name are joined by ", "),
 * "status", and "url" after redirects. Closing or releasing the stream before
 * its end aborts the request.
 *
 * The host checks certificates, against its own roots; a request cannot name
 * others. Node.js adds those of the file in NODE_EXTRA_CA_CERTS. Where a
 * program has to bring its CA itself, weft_open_connection takes one.
 */
#ifndef WEFT_FETCH_H
#define WEFT_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <weft/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_header {
  const char *name, *value;
} weft_header;

/*
 * Choices for a request; zero means the default throughout.
 *
 * A body_stream stays the caller's. Mostly all of it is sent when weft_fetch
 * returns; but a server may answer earlier, and its answer is then there
 * earlier, too, and read while the rest is sent. So keep the body, and let
 * nobody else read it, until the response has ended or was given back. What
 * breaks the body breaks the request. (A page sends it when all of it is
 * there.)
 */
typedef struct weft_fetch_options {
  const char *method; /* default: GET, or POST with a body */
  const weft_header *headers;
  size_t header_count;
  const void *body; /* in memory; the caller's again after weft_fetch */
  size_t body_size;
  weft_stream *body_stream; /* or: is read to its end and sent; see above */
  double timeout;    /* seconds until the headers are there; default: none */
  bool no_redirects; /* give redirects as they are; a page cannot */
  size_t limit;      /* of the response's stream: see weft_stream_options */
} weft_fetch_options;

/*
 * weft_fetch(url, options, &response) makes a request and returns the status
 * of the response, 200 and so on, when its headers are there; a status that
 * tells of an error is no error here. options may be NULL. A cancel aborts the
 * request.
 * Errors: WEFT_EINVAL a URL, method or header that makes no sense;
 * WEFT_ENOTFOUND, WEFT_ECONNREFUSED, WEFT_ECERT and so on as for
 * weft_open_connection (in a page all of these are WEFT_EIO: it is not told
 * why); WEFT_ETIMEDOUT; WEFT_EPROTO; what broke body_stream; WEFT_ENOMEM.
 * Suspends. Source: fetch of the web.
 */
int weft_fetch(const char *url, const weft_fetch_options *options,
               weft_stream **response);

#ifdef __cplusplus
}
#endif
#endif
