/**
 * Many segments: a trie over the bits 16 / 8 / 8 of an id, three loads and no branch to the segment that holds it.
 *
 * In memory, from a multiple of 1024: u32[65536] for the upper 16 bits, then nodes of u32[256] for the next 8, upwards;
 * leaves of u16[256], indexes of segments, downwards from the trie's end. An entry of the first two levels is the
 * address of a node (a multiple of the node's size) with all bits of a place in it set; ANDing the id's byte into
 * those bits gives the address of the next entry. A page or block within one segment has an entry without these bits:
 * it leads to the first place whatever the byte is, so such a node is one entry, shared by all of the segment's.
 */
import { FIRST, NEXT_FIRST, SEGMENT_BYTES, SEGMENT_COUNT, SEGMENTS } from "./segment";

const ROOT_BYTES: usize = 0x4_0000;
const NODE_BYTES: usize = 1024;
const LEAF_BYTES: usize = 512;
/** The bits of a place in a node, and in a leaf. */
const NODE_PLACES: u32 = 0x3fc;
const LEAF_PLACES: u32 = 0x1fe;

/** The address of the segment that holds `id`. */
// @ts-ignore: decorator
@inline
export function segmentInTrie(trie: usize, segments: usize, id: u32): usize {
  const node = load<usize>(trie + (<usize>(id >> 14) & 0x3_fffc));
  const leaf = load<u32>(node & ((id >> 6) | ~NODE_PLACES));
  return segments + (<usize>load<u16>(leaf & ((id << 1) | ~LEAF_PLACES)) << 4);
}

/** The first multiple of 2^bits that is not below `id`, divided. `u64`: it may lie at 2³². */
// @ts-ignore: decorator
@inline
function roundUp(id: u64, bits: u64): u64 {
  return (id + (1 << bits) - 1) >> bits;
}

/** Where a segment ends: one past its last id. */
// @ts-ignore: decorator
@inline
function endOf(segment: usize): u64 {
  const next = load<u32>(segment, NEXT_FIRST);
  return next == 0 ? 0x1_0000_0000 : next;
}

/** How many bytes the trie of a table takes. */
export function trieBytes(table: usize): u32 {
  const segments = load<usize>(table, SEGMENTS);
  const last = segments + <usize>load<u32>(table, SEGMENT_COUNT) * SEGMENT_BYTES;
  let nodes: usize = 0;
  let leaves: usize = 0;
  let splitPage: u64 = -1;
  let splitBlock: u64 = -1;
  for (let segment = segments; segment < last; segment += SEGMENT_BYTES) {
    const first: u64 = load<u32>(segment, FIRST);
    const end = endOf(segment);
    const pages = roundUp(first, 16) < end >> 16;
    nodes += usize(pages);
    leaves += usize(pages || roundUp(first, 8) < end >> 8);
    if ((end & 0xffff) != 0 && end >> 16 != splitPage) {
      splitPage = end >> 16;
      nodes++;
    }
    if ((end & 0xff) != 0 && end >> 8 != splitBlock) {
      splitBlock = end >> 8;
      leaves++;
    }
  }
  const bytes: usize = ROOT_BYTES + nodes * NODE_BYTES + leaves * LEAF_BYTES;
  return <u32>((bytes + NODE_BYTES - 1) & ~(NODE_BYTES - 1));
}

/**
 * Build a table's trie.
 *
 * @param trie   a multiple of 1024
 * @param bytes  as {@link trieBytes} says
 */
export function buildTrie(table: usize, trie: usize, bytes: usize): void {
  const segments = load<usize>(table, SEGMENTS);
  const count = load<u32>(table, SEGMENT_COUNT);
  let freeNode = trie + ROOT_BYTES;
  let freeLeaf = trie + bytes;
  let splitPage: u64 = -1;
  let splitBlock: u64 = -1;
  // The entries' places for the page and the block that the last boundary splits.
  let node: usize = 0;
  let leaf: usize = 0;
  for (let k: u32 = 0; k < count; k++) {
    const segment = segments + <usize>k * SEGMENT_BYTES;
    const first: u64 = load<u32>(segment, FIRST);
    const end = endOf(segment);
    const page = roundUp(first, 16);
    const endPage = end >> 16;
    const block = roundUp(first, 8);
    const endBlock = end >> 8;
    let whole: usize = 0;
    if (page < endPage || block < endBlock) {
      freeLeaf -= LEAF_BYTES;
      whole = freeLeaf;
      store<u16>(whole, k);
    }
    // What is left of the block and of the page in which the segment begins.
    if (block << 8 != first) fillIndexes(leaf, <u32>first & 255, end < block << 8 ? <u32>end & 255 : 256, k);
    if (page << 16 != first && block < endBlock) {
      const to = endBlock < page << 8 ? endBlock : page << 8;
      if (block < to) fillEntries(node, <u32>block & 255, <u32>(to - ((page - 1) << 8)), <u32>whole);
    }
    if (page < endPage) {
      store<u32>(freeNode, <u32>whole);
      fillEntries(trie, <u32>page, <u32>endPage, <u32>freeNode);
      freeNode += NODE_BYTES;
    }
    // What the segment holds of the page and of the block in which the next one begins.
    if ((end & 0xffff) != 0 && endPage != splitPage) {
      splitPage = endPage;
      node = freeNode;
      freeNode += NODE_BYTES;
      store<u32>(trie + (<usize>endPage << 2), <u32>node | NODE_PLACES);
      fillEntries(node, 0, <u32>endBlock & 255, <u32>whole);
    }
    if ((end & 0xff) != 0 && endBlock != splitBlock) {
      splitBlock = endBlock;
      freeLeaf -= LEAF_BYTES;
      leaf = freeLeaf;
      store<u32>(node + ((<usize>endBlock & 255) << 2), <u32>leaf | LEAF_PLACES);
      fillIndexes(leaf, 0, <u32>end & 255, k);
    }
  }
}

function fillEntries(base: usize, from: u32, to: u32, entry: u32): void {
  let at = base + (<usize>from << 2);
  const end = base + (<usize>to << 2);
  const entries = i32x4.splat(entry);
  for (; at + 16 <= end; at += 16) v128.store(at, entries);
  for (; at < end; at += 4) store<u32>(at, entry);
}

function fillIndexes(leaf: usize, from: u32, to: u32, index: u32): void {
  let at = leaf + (<usize>from << 1);
  const end = leaf + (<usize>to << 1);
  const indexes = i16x8.splat(<i16>index);
  for (; at + 16 <= end; at += 16) v128.store(at, indexes);
  for (; at < end; at += 2) store<u16>(at, index);
}
