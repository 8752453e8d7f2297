/* What the driver and the ways to translate ids in C share. */
#include <stddef.h>
#include <stdint.h>

/* Extents sorted by first. */
struct extents {
  size_t n;
  const uint32_t *first, *count, *delta;
};

/* Segments of a flattened route: id -> (id | pin) + delta from one first to the next. */
struct segments {
  size_t n;
  const uint32_t *first, *pin, *delta;
};

typedef void translate_fn(const uint32_t *from, uint32_t *to, size_t size);

/* The kernel's algorithm: inlined into the loop, and called for every id. */
void kernel_load(struct extents map);
translate_fn kernel_inlined, kernel_called;

/* Our own: every extent for 16 ids at a time; a masked trie. */
void vertical_load(struct extents map);
translate_fn vertical;
int trie_load(struct segments table);
translate_fn trie;
