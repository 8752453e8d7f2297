import type { SegmentTable } from "../../../src/core/index.ts";

/**
 * Fill the three levels of a trie over the bits 16 / 8 / 8 of an id.
 *
 * An entry of the first two levels is `base << 8 | mask`: the next level's entry is at `base + (byte of the id & mask)`.
 * A mask of 0 stands for a page or block that lies within one segment, and shares that segment's single entry; so a
 * lookup has three loads and no branch. The last level holds a pin and a delta, in turn.
 *
 * @param pages   65536 entries
 * @param blocks  segments first, then 256 entries for every page that two segments share
 * @param leaves  the same for blocks, two numbers an entry
 * @returns       false when `blocks` or `leaves` are too short for the table
 */
export function fillMaskedTrie(
  table: SegmentTable,
  pages: Int32Array,
  blocks: Int32Array,
  leaves: Int32Array,
): boolean {
  for (const [k, segment] of table.entries()) {
    blocks[k] = k << 8;
    leaves[2 * k] = segment.pin;
    leaves[2 * k + 1] = segment.delta;
  }
  let usedBlocks = table.length;
  let usedLeaves = table.length;
  let k = 0;
  const endOf = (index: number): number => table[index + 1]?.first ?? 2 ** 32;
  for (let page = 0; page < 65_536; page++) {
    const start = page * 65_536;
    while (endOf(k) <= start) k++;
    if (endOf(k) >= start + 65_536) {
      pages[page] = k << 8;
      continue;
    }
    if (usedBlocks + 256 > blocks.length) return false;
    pages[page] = (usedBlocks << 8) | 255;
    for (let block = start; block < start + 65_536; block += 256) {
      while (endOf(k) <= block) k++;
      if (endOf(k) >= block + 256) {
        blocks[usedBlocks++] = k << 8;
        continue;
      }
      if (2 * (usedLeaves + 256) > leaves.length) return false;
      blocks[usedBlocks++] = (usedLeaves << 8) | 255;
      for (let id = block; id < block + 256; id++) {
        while (endOf(k) <= id) k++;
        const segment = table[k];
        leaves[2 * usedLeaves] = segment?.pin ?? 0;
        leaves[2 * usedLeaves++ + 1] = segment?.delta ?? 0;
      }
    }
  }
  return true;
}

/** Long enough for a table of 2048 segments, wherever they lie. */
export const TRIE_SIZES = { pages: 65_536, blocks: 2048 * 257, leaves: 2 * 2048 * 257 } as const;
