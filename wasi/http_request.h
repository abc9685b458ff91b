/* Making requests of wasi:http, and its errors as ours. */
#ifndef WEFT_WASI_HTTP_REQUEST_H
#define WEFT_WASI_HTTP_REQUEST_H

#include "bindings/wasi_http.h"
#include "http_url.h"

#include <weft/fetch.h>

/*
 * weft__http_request makes a request without a body. Headers that carry
 * credentials are left out unless `trusted`; with a body_size other than
 * WEFT__HTTP_ANY_SIZE it says content-length.
 * Errors: WEFT_EINVAL for a method or header that makes no sense.
 */
int weft__http_request(wasi_http_types_own_outgoing_request_t *request,
                       const weft__url *url, const char *method,
                       const weft_header *headers, size_t count, bool trusted,
                       size_t body_size);

enum { WEFT__HTTP_ANY_SIZE = -1 };

/*
 * weft__http_error gives the WEFT_E… of an error and a sentence on it, and
 * frees the error.
 */
int weft__http_error(wasi_http_types_error_code_t *error, const char *url,
                     char *text, size_t size);

#endif
