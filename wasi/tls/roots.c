/*
 * The system's root certificates. A guest sees only the folders that it was
 * given, so the file may be there and not be readable.
 */
#include "config.h"

#include "error.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const usual[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Alpine, Arch */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, Red Hat */
    "/etc/ssl/ca-bundle.pem",             /* SUSE */
    "/etc/ssl/cert.pem",                  /* macOS, BSD */
};

enum { LARGEST = 8 << 20 };

/* The whole file with a NUL, or NULL. */
static unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  unsigned char *text = NULL;
  long length = fseek(file, 0, SEEK_END) ? -1 : ftell(file);
  if (length > 0 && length < LARGEST && !fseek(file, 0, SEEK_SET)) {
    text = malloc((size_t)length + 1);
  }
  if (text && fread(text, 1, (size_t)length, file) == (size_t)length) {
    text[length] = 0;
    *size = (size_t)length + 1;
  } else {
    free(text);
    text = NULL;
  }
  fclose(file);
  return text;
}

/* Some of a system's roots may be of kinds that we do not know. */
static bool take_file(mbedtls_x509_crt *roots, const char *path) {
  size_t size;
  unsigned char *text = read_file(path, &size);
  if (!text) return false;
  int rc = mbedtls_x509_crt_parse(roots, text, size);
  free(text);
  return rc >= 0 && roots->version;
}

mbedtls_x509_crt *weft__tls_roots(void) {
  static mbedtls_x509_crt roots;
  static bool ready;
  if (ready) return &roots;
  mbedtls_x509_crt_init(&roots);
  const char *path = getenv("WEFT_CA_FILE");
  if (path) {
    ready = take_file(&roots, path);
    if (!ready) {
      weft__fail(
          WEFT_ECERT,
          "WEFT_CA_FILE: %s has no certificates that can be read; is its "
          "folder given to the program (wasmtime run --dir FOLDER)?",
          path);
      return NULL;
    }
    return &roots;
  }
  for (size_t i = 0; i < sizeof usual / sizeof *usual && !ready; i++) {
    ready = take_file(&roots, usual[i]);
  }
  if (ready) return &roots;
  weft__fail(WEFT_ECERT,
             "the system's root certificates cannot be read: give the program "
             "their folder (wasmtime run --dir /etc/ssl/certs), or a file of "
             "them in a folder that it has (--env WEFT_CA_FILE=PATH), or use "
             "weft_tls_options.ca");
  return NULL;
}
