/* What Mbed TLS asks of its platform: randomness and a clock. */
#include "config.h"

#include <mbedtls/platform_time.h>
#include <psa/crypto.h>
#include <string.h>
#include <wasi/wasip2.h>

int weft__tls_random(void *unused, unsigned char *bytes, size_t size) {
  (void)unused;
  wasip2_list_u8_t list;
  random_get_random_bytes(size, &list);
  memcpy(bytes, list.ptr, size);
  wasip2_list_u8_free(&list);
  return 0;
}

psa_status_t
mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
                                uint8_t *bytes, size_t size, size_t *got) {
  (void)context;
  weft__tls_random(NULL, bytes, size);
  *got = size;
  return PSA_SUCCESS;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
  return (mbedtls_ms_time_t)(monotonic_clock_now() / 1000000);
}
