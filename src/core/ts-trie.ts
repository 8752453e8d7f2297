import type { SegmentTable } from "./flat-route.ts";
import { spanOf } from "./segment-columns.ts";

/** Entries of the root, a node and a leaf: for the upper 16 bits of an id, the next 8 and the last 8. */
const ROOT = 65_536;
const NODE = 256;
const PLACES = 255;
/** Numbers a segment: pin, delta, first, span, number. */
const SEGMENT_WORDS = 8;

/**
 * A table as a trie over the bits 16 / 8 / 8 of an id, in one array: the root, nodes and leaves (256 entries each, at
 * multiples of 256), and the segments. An entry is the index of a node or leaf, with all bits of a place in it set;
 * ANDing the id's byte into those bits gives the index of the next entry. A page or block within one segment has an
 * entry without these bits, which leads to the first place whatever the byte is. A leaf's entry is the index of a
 * segment: pin, delta, first, span and number.
 */
export function buildTsTrie(table: SegmentTable): Int32Array {
  const { nodes, start } = layOut(table);
  const trie = new Int32Array(start + SEGMENT_WORDS * table.length);
  let free = ROOT;
  let splitPage = -1;
  let splitBlock = -1;
  let node = 0;
  let leaf = 0;
  const take = (): number => {
    free += NODE;
    return free - NODE;
  };
  for (const [k, { first, pin, delta, number }] of table.entries()) {
    const at = start + SEGMENT_WORDS * k;
    const span = spanOf(table, k);
    trie[at] = pin;
    trie[at + 1] = delta;
    trie[at + 2] = first;
    trie[at + 3] = span;
    trie[at + 4] = number;
    const end = first + span + 1;
    const [page, endPage] = [Math.ceil(first / 65_536), Math.floor(end / 65_536)];
    const [block, endBlock] = [Math.ceil(first / 256), Math.floor(end / 256)];
    let whole = 0;
    if (block < endBlock) {
      whole = take();
      trie[whole] = at;
    }
    // What is left of the block and of the page in which the segment begins.
    if (block * 256 !== first) trie.fill(at, leaf + (first & PLACES), leaf + Math.min(256, end - (block - 1) * 256));
    if (page * 65_536 !== first) {
      const to = Math.min(endBlock, page * 256);
      if (block < to) trie.fill(whole, node + (block & PLACES), node + (to - (page - 1) * 256));
    }
    if (page < endPage) {
      const shared = take();
      trie[shared] = whole;
      trie.fill(shared, page, endPage);
    }
    // What the segment holds of the page and of the block in which the next one begins.
    if (end % 65_536 !== 0 && endPage !== splitPage) {
      splitPage = endPage;
      node = take();
      trie[endPage] = node | PLACES;
      trie.fill(whole, node, node + (endBlock & PLACES));
    }
    if (end % 256 !== 0 && endBlock !== splitBlock) {
      splitBlock = endBlock;
      leaf = take();
      trie[node + (endBlock & PLACES)] = leaf | PLACES;
      trie.fill(at, leaf, leaf + (end & PLACES));
    }
  }
  if (free !== ROOT + NODE * nodes) throw new Error("the trie was counted wrongly");
  return trie;
}

/** The index of the segment that holds an id. */
export function segmentInTrie(trie: Int32Array, id: number): number {
  const leaf = trie[(trie[id >>> 16] ?? 0) & ((id >>> 8) | ~PLACES)] ?? 0;
  return trie[leaf & (id | ~PLACES)] ?? 0;
}

/** How many nodes and leaves there are, and where the segments begin. */
function layOut(table: SegmentTable): { readonly nodes: number; readonly start: number } {
  let nodes = 0;
  let splitPage = -1;
  let splitBlock = -1;
  for (const [k, { first }] of table.entries()) {
    const end = first + spanOf(table, k) + 1;
    const [endPage, endBlock] = [Math.floor(end / 65_536), Math.floor(end / 256)];
    if (Math.ceil(first / 256) < endBlock) nodes++;
    if (Math.ceil(first / 65_536) < endPage) nodes++;
    if (end % 65_536 !== 0 && endPage !== splitPage) nodes++;
    if (end % 256 !== 0 && endBlock !== splitBlock) nodes++;
    splitPage = end % 65_536 !== 0 ? endPage : splitPage;
    splitBlock = end % 256 !== 0 ? endBlock : splitBlock;
  }
  return { nodes, start: ROOT + NODE * nodes };
}
