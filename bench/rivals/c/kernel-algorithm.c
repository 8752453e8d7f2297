/* The kernel's algorithm, written from its description: linear up to 5 extents, binary search above. Built with -O2. */
#include "rival.h"

struct extent {
  uint32_t first, count, delta;
};

static struct extent extents[4096];
static size_t n;

void kernel_load(struct extents map) {
  n = map.n;
  for (size_t k = 0; k < n; k++) extents[k] = (struct extent){map.first[k], map.count[k], map.delta[k]};
}

static inline __attribute__((always_inline)) uint32_t look_up(uint32_t id) {
  if (n <= 5) {
    for (size_t k = 0; k < n; k++)
      if (id - extents[k].first < extents[k].count) return id + extents[k].delta;
    return UINT32_MAX;
  }
  size_t low = 0, high = n;
  while (low < high) {
    size_t middle = (low + high) / 2;
    const struct extent *e = &extents[middle];
    if (id < e->first)
      high = middle;
    else if (id - e->first < e->count)
      return id + e->delta;
    else
      low = middle + 1;
  }
  return UINT32_MAX;
}

static __attribute__((noinline)) uint32_t look_up_called(uint32_t id) { return look_up(id); }

void kernel_inlined(const uint32_t *from, uint32_t *to, size_t size) {
  for (size_t k = 0; k < size; k++) to[k] = look_up(from[k]);
}

void kernel_called(const uint32_t *from, uint32_t *to, size_t size) {
  for (size_t k = 0; k < size; k++) to[k] = look_up_called(from[k]);
}
