/* The masked trie over the bits 16 / 8 / 8 of an id: see ../ts/masked-trie.ts. Built with -O3 -march=native. */
#include <stdlib.h>
#include "rival.h"

struct leaf {
  uint32_t pin, delta;
};

static uint32_t pages[65536], *blocks;
static struct leaf *leaves;

static uint64_t end_of(struct segments t, size_t k) { return k + 1 < t.n ? t.first[k + 1] : (uint64_t)1 << 32; }

/* 0 when there is no memory. */
int trie_load(struct segments t) {
  free(blocks);
  free(leaves);
  blocks = malloc(t.n * 257 * sizeof *blocks);
  leaves = malloc(t.n * 257 * sizeof *leaves);
  if (!blocks || !leaves) return 0;
  size_t used_blocks = t.n, used_leaves = t.n, k = 0;
  for (size_t s = 0; s < t.n; s++) {
    blocks[s] = (uint32_t)s << 8;
    leaves[s] = (struct leaf){t.pin[s], t.delta[s]};
  }
  for (uint64_t page = 0; page < 65536; page++) {
    uint64_t start = page << 16;
    while (end_of(t, k) <= start) k++;
    if (end_of(t, k) >= start + 65536) {
      pages[page] = (uint32_t)k << 8;
      continue;
    }
    pages[page] = (uint32_t)used_blocks << 8 | 255;
    for (uint64_t block = start; block < start + 65536; block += 256) {
      while (end_of(t, k) <= block) k++;
      if (end_of(t, k) >= block + 256) {
        blocks[used_blocks++] = (uint32_t)k << 8;
        continue;
      }
      blocks[used_blocks++] = (uint32_t)used_leaves << 8 | 255;
      for (uint64_t id = block; id < block + 256; id++) {
        while (end_of(t, k) <= id) k++;
        leaves[used_leaves++] = (struct leaf){t.pin[k], t.delta[k]};
      }
    }
  }
  return 1;
}

void trie(const uint32_t *restrict from, uint32_t *restrict to, size_t size) {
  for (size_t k = 0; k < size; k++) {
    uint32_t id = from[k];
    uint32_t page = pages[id >> 16];
    uint32_t block = blocks[(page >> 8) + ((id >> 8) & 255 & page)];
    struct leaf leaf = leaves[(block >> 8) + (id & 255 & block)];
    to[k] = (id | leaf.pin) + leaf.delta;
  }
}
