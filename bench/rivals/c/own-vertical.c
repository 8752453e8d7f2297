/* Every extent for a block of ids at a time, in registers that the compiler chooses. Built with -O3 -march=native. */
#include "rival.h"

enum { BLOCK = 64 };

static uint32_t first[4096], count[4096], delta[4096];
static size_t n;

void vertical_load(struct extents map) {
  n = map.n;
  for (size_t k = 0; k < n; k++) {
    first[k] = map.first[k];
    count[k] = map.count[k];
    delta[k] = map.delta[k];
  }
}

/* Extents share no id, so at most one of them clears bits of the answer. */
static inline __attribute__((always_inline)) void translate(const uint32_t *from, uint32_t *to, size_t size) {
  uint32_t answer[BLOCK];
  for (size_t k = 0; k < size; k++) answer[k] = UINT32_MAX;
  for (size_t e = 0; e < n; e++)
    for (size_t k = 0; k < size; k++)
      answer[k] &= from[k] - first[e] < count[e] ? from[k] + delta[e] : UINT32_MAX;
  for (size_t k = 0; k < size; k++) to[k] = answer[k];
}

void vertical(const uint32_t *restrict from, uint32_t *restrict to, size_t size) {
  size_t k = 0;
  for (; k + BLOCK <= size; k += BLOCK) translate(from + k, to + k, BLOCK);
  translate(from + k, to + k, size - k);
}
