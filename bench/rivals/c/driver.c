/*
 * Reads commands from stdin, one a line, and answers each with one line: a number, or "error" and why.
 *
 *   extents N      then N lines "first count delta"
 *   segments N     then N lines "first pin delta"
 *   ids PATH N     reads N little-endian u32s from a file
 *   run NAME RUNS  nanoseconds that RUNS runs over the ids took
 *   sum NAME       one run; the checksum of what it gave
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "rival.h"

enum { MOST = 4096 };

static uint32_t column[3][MOST];
static uint32_t *from, *to;
static size_t size;

static void copy(const uint32_t *source, uint32_t *target, size_t n) { memcpy(target, source, n * sizeof *target); }

static const struct {
  const char *name;
  translate_fn *run;
} WAYS[] = {
    {"kernel", kernel_inlined}, {"kernel-called", kernel_called}, {"vertical", vertical}, {"trie", trie}, {"memcpy", copy},
};

static translate_fn *way(const char *name) {
  for (size_t k = 0; k < sizeof WAYS / sizeof *WAYS; k++)
    if (!strcmp(WAYS[k].name, name)) return WAYS[k].run;
  return NULL;
}

static int read_columns(size_t n) {
  if (n > MOST) return 0;
  for (size_t k = 0; k < n; k++)
    if (scanf("%" SCNu32 " %" SCNu32 " %" SCNu32, &column[0][k], &column[1][k], &column[2][k]) != 3) return 0;
  return 1;
}

static int read_ids(const char *path, size_t n) {
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  free(from);
  free(to);
  from = malloc(n * sizeof *from);
  to = calloc(n, sizeof *to);
  size = n;
  int ok = from && to && fread(from, sizeof *from, n, file) == n;
  fclose(file);
  return ok;
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t checksum(void) {
  uint32_t sum = 0;
  for (size_t k = 0; k < size; k++) sum = (sum ^ to[k]) * 16777619u;
  return sum;
}

int main(void) {
  char command[16], word[4096];
  size_t n;
  while (scanf("%15s %4095s", command, word) == 2) {
    int ok = 1;
    uint64_t answer = 0;
    translate_fn *run = way(word);
    if (!strcmp(command, "extents")) {
      ok = read_columns(n = strtoull(word, NULL, 10));
      struct extents map = {n, column[0], column[1], column[2]};
      if (ok) kernel_load(map), vertical_load(map);
    } else if (!strcmp(command, "segments")) {
      ok = read_columns(n = strtoull(word, NULL, 10));
      ok = ok && trie_load((struct segments){n, column[0], column[1], column[2]});
    } else if (!strcmp(command, "ids")) {
      ok = scanf("%zu", &n) == 1 && read_ids(word, n);
    } else if (!strcmp(command, "run")) {
      ok = run && scanf("%zu", &n) == 1;
      uint64_t start = now();
      for (size_t k = 0; ok && k < n; k++) run(from, to, size);
      answer = now() - start;
    } else if (!strcmp(command, "sum")) {
      ok = run != NULL;
      if (ok) memset(to, 0, size * sizeof *to), run(from, to, size), answer = checksum();
    } else
      ok = 0;
    if (ok)
      printf("%" PRIu64 "\n", answer);
    else
      printf("error: %s %s\n", command, word);
    fflush(stdout);
  }
  return 0;
}
