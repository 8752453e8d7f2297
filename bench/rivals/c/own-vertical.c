/* Every extent for a block of 64 ids at a time, in the widest vectors there are. Built with -O3 -march=native. */
#include <string.h>
#include "rival.h"

typedef uint32_t vector __attribute__((vector_size(64)));
enum { LANES = 16, VECTORS = 4, BLOCK = LANES * VECTORS };

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
static inline __attribute__((always_inline)) void translate(const uint32_t *from, uint32_t *to) {
  vector id[VECTORS], answer[VECTORS];
  memcpy(id, from, sizeof id);
  for (size_t v = 0; v < VECTORS; v++) answer[v] = ~(vector){0};
  for (size_t e = 0; e < n; e++) {
    vector f = first[e] - (vector){0}, c = count[e] - (vector){0}, d = delta[e] - (vector){0};
    for (size_t v = 0; v < VECTORS; v++) answer[v] &= (id[v] + d) | (vector)(id[v] - f >= c);
  }
  memcpy(to, answer, sizeof answer);
}

void vertical(const uint32_t *restrict from, uint32_t *restrict to, size_t size) {
  size_t k = 0;
  for (; k + BLOCK <= size; k += BLOCK) translate(from + k, to + k);
  if (k == size) return;
  uint32_t rest[BLOCK] = {0};
  memcpy(rest, from + k, (size - k) * sizeof *rest);
  translate(rest, rest);
  memcpy(to + k, rest, (size - k) * sizeof *rest);
}
