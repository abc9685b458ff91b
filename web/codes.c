/* What the error codes of Node.js (and of OpenSSL in it) mean to weft. */
#include "js_stream.h"

#include <string.h>
#include <weft/error.h>

static const struct {
  const char *name;
  int code;
} codes[] = {
    {"ECONNREFUSED", WEFT_ECONNREFUSED},
    {"ECONNRESET", WEFT_ECONNRESET},
    {"ECONNABORTED", WEFT_ECONNRESET},
    {"EPIPE", WEFT_ECONNRESET},
    {"ETIMEDOUT", WEFT_ETIMEDOUT},
    {"ENOTFOUND", WEFT_ENOTFOUND},
    {"EAI_AGAIN", WEFT_ENOTFOUND},
    {"EAI_NODATA", WEFT_ENOTFOUND},
    {"EAI_NONAME", WEFT_ENOTFOUND},
    {"ENOENT", WEFT_ENOTFOUND},
    {"EACCES", WEFT_EACCES},
    {"EPERM", WEFT_EACCES},
    {"ERR_ACCESS_DENIED", WEFT_EACCES},
    {"EADDRINUSE", WEFT_EADDRINUSE},
    {"EADDRNOTAVAIL", WEFT_EUNREACH},
    {"EHOSTUNREACH", WEFT_EUNREACH},
    {"ENETUNREACH", WEFT_EUNREACH},
    {"ENOMEM", WEFT_ENOMEM},
    {"ENOTSUP", WEFT_ENOTSUP},
    {"EINVAL", WEFT_EINVAL},
    {"ERR_INVALID_IP_ADDRESS", WEFT_EINVAL}, /* of local_host */
    {"ECERT", WEFT_ECERT},
    {"EPROTO", WEFT_EPROTO},
};

int weft__js_code(const char *name) {
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (!strcmp(codes[i].name, name)) return codes[i].code;
  }
  return WEFT_EIO;
}
