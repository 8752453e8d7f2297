/**
 * Many segments: for each block of ids (512 of them, or fewer, by powers of two), which segment holds them.
 *
 * A block's entry is a u32: the address of the segment that holds the block's first id, a multiple of 16, and in the
 * lowest four bits how many further segments begin in the block: none, one or two, else one more than there are, so that
 * two bits tell; 15 is 14 or more. Most blocks lie within one segment; in the others a search among their few finds it.
 *
 * The entries of all blocks up to the first id of the last segment lie in one row where there are not too many; larger
 * ids are looked up as that id. Where segments are spread over all ids, a root of u32[65536] for the upper 16 bits leads
 * to nodes of u32[128] entries, at multiples of 512: it holds the address of a node with all bits of a place in it set,
 * and ANDing the id's bits into those bits gives the address of the entry. A page of 65536 ids within one segment has
 * no such bits: it leads to the node's first place whatever they are, so such a node is one entry, shared by all of
 * the segment's.
 */
import { BLOCKS, FIRST, NEXT_FIRST, ROOT, ROW_BITS, SEGMENT_BYTES, SEGMENT_COUNT, SEGMENTS, TOP } from "./segment";
import { lanesOf, loadFour } from "./simd";

/** The ids of a block below a root, and of most rows': 2 to the power of this. */
const BLOCK_BITS: u32 = 9;
const BLOCK_PLACES: u32 = (1 << BLOCK_BITS) - 1;
const ROOT_BYTES: usize = 0x4_0000;
/** The entries of a page's blocks. */
const NODE_BYTES: usize = 4 << (16 - BLOCK_BITS);
/** The bits of a place in a node. */
const PLACES: u32 = <u32>NODE_BYTES - 4;
/** The bits of an entry that say how many segments begin in the block, and those of them that say: more than two. */
export const STARTS: u32 = 15;
export const MORE_STARTS: u32 = 12;
/** From one segment to the fifteenth after it. */
const STRIDE: usize = 15 * SEGMENT_BYTES;
/** The entry of an id's block in a row, given the first id of the last segment. */
// @ts-ignore: decorator
@inline
function entryInRow(row: usize, bits: u32, top: u32, id: u32): u32 {
  return load<u32>(row + (<usize>(min(id, top) >> bits) << 2));
}

/** The places in rows of the entries of four ids, none of which is beyond the first id of the last segment. */
// @ts-ignore: decorator
@inline
export function placesInRow(rows: v128, bits: u32, ids: v128): v128 {
  // A shift by a constant is much faster (measured).
  const places = bits == BLOCK_BITS ? i32x4.shr_u(ids, BLOCK_BITS) : i32x4.shr_u(ids, bits);
  return i32x4.add(rows, i32x4.shl(places, 2));
}

/** The places below roots of the entries of four ids. */
// @ts-ignore: decorator
@inline
export function placesBelow(roots: v128, ids: v128): v128 {
  const nodes = loadFour(i32x4.add(roots, i32x4.shl(i32x4.shr_u(ids, 16), 2)));
  return v128.and(nodes, v128.or(i32x4.shr_u(ids, BLOCK_BITS - 2), i32x4.splat(~PLACES)));
}

/** The entry of an id's block below a root. */
// @ts-ignore: decorator
@inline
export function entryBelow(root: usize, id: u32): u32 {
  const node = load<u32>(root + (<usize>(id >> 14) & 0x3_fffc));
  return load<u32>(node & ((id >> (BLOCK_BITS - 2)) | ~PLACES));
}

/**
 * The segment of an id in whose block at most two begin: each that the id is not below is one step on. A table's end is
 * not known here: the sentinels behind it, whose first id is 2³² and reads 0, are passed over by looking at `first - 1`.
 */
// @ts-ignore: decorator
@inline
export function settleNear(entry: u32, id: u32): u32 {
  const segment = entry & ~STARTS;
  const isBeyond = u32(load<u32>(segment, NEXT_FIRST) - 1 < id);
  const isFurther = u32(load<u32>(segment, NEXT_FIRST + SEGMENT_BYTES) - 1 < id);
  return segment + ((isBeyond + isFurther) << 4);
}

/** So many segments on, unless the id is below that one. */
// @ts-ignore: decorator
@inline
function stepOver(segment: u32, count: u32, id: u32): u32 {
  const further = segment + (count << 4);
  return select(further, segment, load<u32>(further, FIRST) - 1 < id);
}

/** The segment of an id whose block has this entry. */
function settle(entry: u32, id: u32): u32 {
  const starts = entry & STARTS;
  let segment = entry - starts;
  if (starts == STARTS)
    while (load<u32>(segment, STRIDE + FIRST) - 1 < id) segment += <u32>STRIDE;
  segment = stepOver(segment, 8, id);
  segment = stepOver(segment, 4, id);
  segment = stepOver(segment, 2, id);
  segment = stepOver(segment, 1, id);
  return segment;
}

/** The segments of four ids, in lanes, given their blocks' entries. */
// @ts-ignore: decorator
@inline
export function settleFour(entries: v128, ids: v128): v128 {
  return settleByCall(entries, ids);
}

function settleByCall(entries: v128, ids: v128): v128 {
  if (v128.any_true(v128.and(entries, i32x4.splat(MORE_STARTS)))) return settleEach(entries, ids);
  // At most two segments begin in a block: each that an id is not below is one step on.
  const segments = v128.and(entries, i32x4.splat(~STARTS));
  const s0: usize = i32x4.extract_lane(segments, 0);
  const s1: usize = i32x4.extract_lane(segments, 1);
  const s2: usize = i32x4.extract_lane(segments, 2);
  const s3: usize = i32x4.extract_lane(segments, 3);
  let next = v128.load32_zero(s0, NEXT_FIRST);
  next = v128.load32_lane(s1, next, 1, NEXT_FIRST);
  next = v128.load32_lane(s2, next, 2, NEXT_FIRST);
  next = v128.load32_lane(s3, next, 3, NEXT_FIRST);
  let second = v128.load32_zero(s0, NEXT_FIRST + SEGMENT_BYTES);
  second = v128.load32_lane(s1, second, 1, NEXT_FIRST + SEGMENT_BYTES);
  second = v128.load32_lane(s2, second, 2, NEXT_FIRST + SEGMENT_BYTES);
  second = v128.load32_lane(s3, second, 3, NEXT_FIRST + SEGMENT_BYTES);
  // Beyond `first - 1`, both moved by 2³¹: a signed compare is one instruction, an unsigned one is five.
  const moved = i32x4.add(ids, i32x4.splat(0x8000_0000));
  const isBeyond = i32x4.gt_s(moved, i32x4.add(next, i32x4.splat(0x7fff_ffff)));
  const isFurther = i32x4.gt_s(moved, i32x4.add(second, i32x4.splat(0x7fff_ffff)));
  return i32x4.sub(segments, i32x4.shl(i32x4.add(isBeyond, isFurther), 4));
}

function settleEach(entries: v128, ids: v128): v128 {
  return lanesOf(
    settle(i32x4.extract_lane(entries, 0), i32x4.extract_lane(ids, 0)),
    settle(i32x4.extract_lane(entries, 1), i32x4.extract_lane(ids, 1)),
    settle(i32x4.extract_lane(entries, 2), i32x4.extract_lane(ids, 2)),
    settle(i32x4.extract_lane(entries, 3), i32x4.extract_lane(ids, 3)),
  );
}

/** Behind the last segment of a table. */
// @ts-ignore: decorator
@inline
export function endOfSegments(table: usize): usize {
  return load<usize>(table, SEGMENTS) + <usize>load<u32>(table, SEGMENT_COUNT) * SEGMENT_BYTES;
}

/** The address of the segment that holds `id`, in a table that has blocks. */
// @ts-ignore: decorator
@inline
export function segmentInBlocks(table: usize, id: u32): usize {
  const blocks = load<usize>(table, BLOCKS);
  const entry =
    blocks != 0 ? entryInRow(blocks, load<u32>(table, ROW_BITS), load<u32>(table, TOP), id) : entryBelow(load<usize>(table, ROOT), id);
  return (entry & STARTS) == 0 ? entry : settle(entry, id);
}

/** Where a segment ends: one past its last id. `u64`: it may be 2³². */
// @ts-ignore: decorator
@inline
function endOf(segment: usize): u64 {
  const next = load<u32>(segment, NEXT_FIRST);
  return next == 0 ? 0x1_0000_0000 : next;
}

/** The first multiple of 2^bits that is not below `id`, divided. */
// @ts-ignore: decorator
@inline
function roundUp(id: u64, bits: u64): u64 {
  return (id + (1 << bits) - 1) >> bits;
}

/** Write the row of a table's blocks of 2 to the power of `bits` ids: an entry for each up to that of the last segment's first id. */
export function buildRow(table: usize, row: usize, bits: u32): void {
  const end = endOfSegments(table);
  const places = (1 << bits) - 1;
  const rowEnd = row + (<usize>((load<u32>(table, TOP) >> bits) + 1) << 2);
  let at = row;
  for (let segment = load<usize>(table, SEGMENTS); segment < end; segment += SEGMENT_BYTES) {
    if ((load<u32>(segment, FIRST) & places) != 0) countStart(at - 4);
    const next = load<u32>(segment, NEXT_FIRST);
    const to = next == 0 ? rowEnd : row + (<usize>roundUp(next, bits) << 2);
    fillEntries(at, to, <u32>segment);
    at = to;
  }
}

/** A further segment begins in the block whose entry is at `at`. */
// @ts-ignore: decorator
@inline
function countStart(at: usize): void {
  const entry = load<u32>(at);
  const starts = entry & STARTS;
  store<u32>(at, entry + u32(starts < STARTS) + u32(starts == 2));
}

/** How many bytes the root and the nodes of a table take. */
export function rootBytes(table: usize): u32 {
  const end = endOfSegments(table);
  let nodes: usize = 0;
  let split: u64 = -1;
  for (let segment = load<usize>(table, SEGMENTS); segment < end; segment += SEGMENT_BYTES) {
    const last = endOf(segment);
    nodes += usize(roundUp(load<u32>(segment, FIRST), 16) < last >> 16);
    if ((last & 0xffff) != 0 && last >> 16 != split) {
      split = last >> 16;
      nodes++;
    }
  }
  return <u32>(ROOT_BYTES + nodes * NODE_BYTES);
}

/**
 * Build a table's root and nodes.
 *
 * @param root  a multiple of 512; as many bytes as {@link rootBytes} says are written
 */
export function buildRoot(table: usize, root: usize): void {
  const end = endOfSegments(table);
  let free = root + ROOT_BYTES;
  // The node of the page that the last boundary splits, and behind the last entry that is written there.
  let node: usize = 0;
  let split: u64 = -1;
  let at: usize = 0;
  for (let segment = load<usize>(table, SEGMENTS); segment < end; segment += SEGMENT_BYTES) {
    const first: u64 = load<u32>(segment, FIRST);
    const last = endOf(segment);
    if ((first & BLOCK_PLACES) != 0) countStart(at - 4);
    // The rest of the page in which the segment begins.
    if ((first & 0xffff) != 0) {
      const to = last >> 16 == split ? node + (<usize>roundUp(last & 0xffff, BLOCK_BITS) << 2) : node + NODE_BYTES;
      fillEntries(at, to, <u32>segment);
      at = to;
    }
    const page = roundUp(first, 16);
    if (page < last >> 16) {
      store<u32>(free, <u32>segment);
      fillEntries(root + (<usize>page << 2), root + (<usize>(last >> 16) << 2), <u32>free);
      free += NODE_BYTES;
    }
    // The page in which the next one begins.
    if ((last & 0xffff) != 0 && last >> 16 != split) {
      split = last >> 16;
      node = free;
      free += NODE_BYTES;
      store<u32>(root + (<usize>split << 2), <u32>node | PLACES);
      at = node + (<usize>roundUp(last & 0xffff, BLOCK_BITS) << 2);
      fillEntries(node, at, <u32>segment);
    }
  }
}

function fillEntries(at: usize, end: usize, entry: u32): void {
  const entries = i32x4.splat(entry);
  for (; at + 16 <= end; at += 16) v128.store(at, entries);
  for (; at < end; at += 4) store<u32>(at, entry);
}
