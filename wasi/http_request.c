#include "http_request.h"

#include "error.h"
#include "utf8.h"

#include <string.h>
#include <strings.h>

static wasi_http_string_t string_of(const char *text) {
  return (wasi_http_string_t){(uint8_t *)text, strlen(text)};
}

/* ---- requests */

static wasi_http_types_method_t method_of(const char *name) {
  static const char *const known[] = {"GET",     "HEAD",   "POST",
                                      "PUT",     "DELETE", "CONNECT",
                                      "OPTIONS", "TRACE",  "PATCH"};
  wasi_http_types_method_t method = {.tag = WASI_HTTP_TYPES_METHOD_OTHER};
  for (uint8_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (!strcmp(name, known[i])) method.tag = i; /* in the order of the tags */
  }
  if (method.tag == WASI_HTTP_TYPES_METHOD_OTHER) {
    method.val.other = string_of(name);
  }
  return method;
}

static bool carries_credentials(const char *name) {
  return !strcasecmp(name, "authorization") || !strcasecmp(name, "cookie") ||
         !strcasecmp(name, "proxy-authorization");
}

static int append(wasi_http_types_own_fields_t fields, const char *name,
                  const char *value) {
  if (!weft__is_utf8(name)) {
    return weft__fail(WEFT_EINVAL, "a header's name is not UTF-8");
  }
  wasi_http_string_t key = string_of(name);
  wasi_http_types_field_value_t bytes = {(uint8_t *)value, strlen(value)};
  wasi_http_types_header_error_t error;
  if (wasi_http_types_method_fields_append(
          wasi_http_types_borrow_fields(fields), &key, &bytes, &error)) {
    return 0;
  }
  const char *why = error.tag == WASI_HTTP_TYPES_HEADER_ERROR_FORBIDDEN
                        ? "wasi:http sets it itself"
                        : "no name or value of a header";
  return weft__fail(WEFT_EINVAL, "header %s: %s", name, why);
}

static int fill(wasi_http_types_own_fields_t fields, const weft_header *headers,
                size_t count, bool trusted, size_t body_size) {
  bool sized = body_size == (size_t)WEFT__HTTP_ANY_SIZE;
  for (size_t i = 0; i < count; i++) {
    const char *name = headers[i].name, *value = headers[i].value;
    if (!trusted && carries_credentials(name)) continue;
    if (!strcasecmp(name, "content-length")) sized = true;
    int rc = append(fields, name, value);
    if (rc < 0) return rc;
  }
  if (sized) return 0;
  char size[24];
  return append(fields, "content-length",
                weft__format(size, sizeof size, "%z", body_size));
}

static int set_target(wasi_http_types_borrow_outgoing_request_t request,
                      const weft__url *url, const char *name) {
  wasi_http_types_method_t method = method_of(name);
  if (!weft__is_utf8(name) ||
      !wasi_http_types_method_outgoing_request_set_method(request, &method)) {
    return weft__fail(WEFT_EINVAL, "%s is no method of HTTP", name);
  }
  wasi_http_types_scheme_t scheme = {.tag = url->secure
                                                ? WASI_HTTP_TYPES_SCHEME_HTTPS
                                                : WASI_HTTP_TYPES_SCHEME_HTTP};
  wasi_http_string_t path = string_of(url->text + url->path);
  wasi_http_string_t authority = {(uint8_t *)url->text + url->authority,
                                  url->path - url->authority};
  if (!wasi_http_types_method_outgoing_request_set_scheme(request, &scheme) ||
      !wasi_http_types_method_outgoing_request_set_authority(request,
                                                             &authority) ||
      !wasi_http_types_method_outgoing_request_set_path_with_query(request,
                                                                   &path)) {
    return weft__fail(WEFT_EINVAL, "%s is no URL", url->text);
  }
  return 0;
}

int weft__http_request(wasi_http_types_own_outgoing_request_t *request,
                       const weft__url *url, const char *method,
                       const weft_header *headers, size_t count, bool trusted,
                       size_t body_size) {
  wasi_http_types_own_fields_t fields = wasi_http_types_constructor_fields();
  int rc = fill(fields, headers, count, trusted, body_size);
  if (rc < 0) {
    wasi_http_types_fields_drop_own(fields);
    return rc;
  }
  *request = wasi_http_types_constructor_outgoing_request(fields);
  rc = set_target(wasi_http_types_borrow_outgoing_request(*request), url,
                  method);
  if (rc < 0) wasi_http_types_outgoing_request_drop_own(*request);
  return rc;
}

/* ---- errors */

static int code_of(uint8_t tag) {
  switch (tag) {
  case WASI_HTTP_TYPES_ERROR_CODE_DNS_TIMEOUT:
  case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_TIMEOUT:
  case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_READ_TIMEOUT:
  case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_WRITE_TIMEOUT:
  case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_TIMEOUT: return WEFT_ETIMEDOUT;
  case WASI_HTTP_TYPES_ERROR_CODE_DNS_ERROR:
  case WASI_HTTP_TYPES_ERROR_CODE_DESTINATION_NOT_FOUND: return WEFT_ENOTFOUND;
  case WASI_HTTP_TYPES_ERROR_CODE_DESTINATION_UNAVAILABLE:
  case WASI_HTTP_TYPES_ERROR_CODE_DESTINATION_IP_UNROUTABLE:
    return WEFT_EUNREACH;
  case WASI_HTTP_TYPES_ERROR_CODE_DESTINATION_IP_PROHIBITED:
  case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_DENIED: return WEFT_EACCES;
  case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_REFUSED: return WEFT_ECONNREFUSED;
  case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_TERMINATED:
  case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_INCOMPLETE:
    return WEFT_ECONNRESET;
  case WASI_HTTP_TYPES_ERROR_CODE_TLS_CERTIFICATE_ERROR: return WEFT_ECERT;
  case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_METHOD_INVALID:
  case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_URI_INVALID:
  case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_URI_TOO_LONG: return WEFT_EINVAL;
  case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_LIMIT_REACHED:
  case WASI_HTTP_TYPES_ERROR_CODE_CONFIGURATION_ERROR:
  case WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR: return WEFT_EIO;
  default: return WEFT_EPROTO;
  }
}

int weft__http_error(wasi_http_types_error_code_t *error, const char *url,
                     char *text, size_t size) {
  int code = code_of(error->tag);
  const wasi_http_option_string_t *detail = &error->val.internal_error;
  if (error->tag == WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR &&
      detail->is_some) {
    char why[128];
    size_t length = detail->val.len;
    if (length >= sizeof why) length = sizeof why - 1;
    memcpy(why, detail->val.ptr, length);
    why[length] = 0;
    weft__format(text, size, "%s: %s", url, why);
  } else if (error->tag == WASI_HTTP_TYPES_ERROR_CODE_TLS_PROTOCOL_ERROR) {
    weft__format(text, size,
                 "%s: no TLS could be agreed on: the host does not trust the "
                 "certificate, or the peer speaks no TLS",
                 url);
  } else {
    weft__format(text, size, "%s: %s", url, weft_strerror(code));
  }
  wasi_http_types_error_code_free(error);
  return code;
}
