/*
 * SHA-256 of many files, like sha256sum: the files are read beside each other
 * and each is hashed by a job, on every core. A name's failure does not stop
 * the rest. A browser page has no files: there, each name's failure says so.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

/* ---- SHA-256, FIPS 180-4 */

enum { BLOCK = 64, WORDS = 8, DIGEST = 32 };

static const uint32_t constants[BLOCK] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void add_block(uint32_t hash[WORDS], const unsigned char *block) {
  uint32_t w[BLOCK], s[WORDS];
  for (int i = 0; i < 16; i++) {
    const unsigned char *p = block + 4 * i;
    w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
  }
  for (int i = 16; i < BLOCK; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  memcpy(s, hash, sizeof s);
  for (int i = 0; i < BLOCK; i++) {
    uint32_t e = s[4], a = s[0];
    uint32_t t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                  ((e & s[5]) ^ (~e & s[6])) + constants[i] + w[i];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                  ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < WORDS; i++) hash[i] += s[i];
}

static int sha256(const void *input, size_t size, weft_output *output) {
  uint32_t hash[WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const unsigned char *bytes = input;
  size_t whole = size / BLOCK * BLOCK, left = size - whole;
  for (size_t at = 0; at < whole; at += BLOCK) add_block(hash, bytes + at);

  unsigned char end[2 * BLOCK] = {0};
  if (left) memcpy(end, bytes + whole, left);
  end[left] = 0x80;
  size_t end_size = left + 9 > BLOCK ? 2 * BLOCK : BLOCK;
  for (int i = 0; i < 8; i++) {
    end[end_size - 1 - i] = (unsigned char)((uint64_t)size * 8 >> 8 * i);
  }
  for (size_t at = 0; at < end_size; at += BLOCK) add_block(hash, end + at);

  unsigned char *digest = malloc(DIGEST);
  if (!digest) return WEFT_ENOMEM;
  for (int i = 0; i < DIGEST; i++) {
    digest[i] = (unsigned char)(hash[i / 4] >> (24 - i % 4 * 8));
  }
  *output = (weft_output){digest, DIGEST};
  return 0;
}
WEFT_JOB_BYTES(sha256)

/* ---- the files, each a task */

typedef struct file {
  const char *name;
  unsigned char digest[DIGEST];
} file;

static int hash_file(void *arg) {
  file *f = arg;
  char *data;
  int size = weft_read_file(f->name, &data);
  if (size < 0) return size;
  weft_future *future =
      weft_run_in_executor_bytes(NULL, sha256, data, (size_t)size);
  int rc = weft_await(future);
  if (rc >= 0) memcpy(f->digest, weft_job_output(future, NULL), DIGEST);
  weft_release(future);
  free(data);
  return rc;
}

static char **names; /* of the files; NULL at the end */

static int hash_all(void *arg) {
  (void)arg;
  int count = 0, failures = 0;
  while (names[count]) count++;
  file *files = calloc((size_t)count + 1, sizeof *files);
  weft_task **tasks = calloc((size_t)count + 1, sizeof *tasks);
  if (!files || !tasks) return WEFT_ENOMEM;
  for (int i = 0; i < count; i++) {
    files[i].name = names[i];
    tasks[i] = weft_create_task(hash_file, &files[i]);
  }
  for (int i = 0; i < count; i++) {
    int rc = weft_await(tasks[i]);
    if (rc < 0) {
      fprintf(stderr, "sha256sum: %s: %s\n", names[i], weft_errmsg(rc));
      failures++;
      continue;
    }
    for (int j = 0; j < DIGEST; j++) printf("%02x", files[i].digest[j]);
    printf("  %s\n", names[i]);
  }
  free(files);
  free(tasks);
  return failures;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("sha256sum FILE...\n", stderr);
    return 2;
  }
  names = argv + 1;
  return weft_run(hash_all, NULL) != 0;
}
