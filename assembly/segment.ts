/**
 * The segments of a flattened route, and the tables that hold them.
 *
 * A segment is 16 bytes: u32 pin, u32 delta, u32 first, u32 number. It covers the ids from `first` to the next one's
 * `first`; an id of it becomes `(id | pin) + delta`. After the last segment stand fifteen sentinels whose `first` is 0
 * (2³², wrapped), so that `next.first - first - 1` is every segment's span, the last one's too, and a search (see
 * blocks.ts) may look a little beyond the end.
 *
 * A table is 64 bytes: u32 address of the segments, u32 their number, u32 address of the extents (see vertical.ts),
 * u32 their number, u32 hole (what all other segments are pinned to), u32 address of the row of blocks (see blocks.ts),
 * u32 1 unless the hole is NO_ID and there are extents, whose deltas are not −1 and that do not give NO_ID, u32 address
 * of the list (see scattered.ts), u32 address of the root (see blocks.ts), u32 bits of the row's blocks, u32 stretches
 * until ids are looked at again, u32 stretches until blocks are guessed again (see stretches.ts), u32 top: the first id
 * of the last segment, u32 bottom of the list, 8 unused. An address of 0: the table has none.
 */

export const SEGMENT_BYTES: usize = 16;
/** Places of the fields in a segment: immediate offsets of loads. */
export const DELTA: usize = 4;
export const FIRST: usize = 8;
export const NUMBER: usize = 12;
export const NEXT_FIRST: usize = SEGMENT_BYTES + FIRST;

/** Places of the fields in a table. */
export const SEGMENTS: usize = 0;
export const SEGMENT_COUNT: usize = 4;
export const EXTENTS: usize = 8;
export const EXTENT_COUNT: usize = 12;
export const HOLE: usize = 16;
export const BLOCKS: usize = 20;
export const IS_BIASED: usize = 24;
export const LIST: usize = 28;
export const ROOT: usize = 32;
export const ROW_BITS: usize = 36;
export const WITHOUT_LOOK: usize = 40;
export const WITHOUT_GUESS: usize = 44;
export const TOP: usize = 48;
export const LIST_BOTTOM: usize = 52;

/** Not mapped. */
export const NO_ID: u32 = 0xffff_ffff;

/** The address of the segment that covers `id`. No branch depends on the id: `select` compiles to a conditional move. */
// @ts-ignore: decorator
@inline
export function segmentOf(segments: usize, count: u32, id: u32): usize {
  let base = segments;
  while (count > 1) {
    const half = count >> 1;
    const middle = base + (<usize>half << 4);
    base = select(middle, base, load<u32>(middle, FIRST) <= id);
    count -= half;
  }
  return base;
}

/** What the segment at an address makes of an id that it covers. */
// @ts-ignore: decorator
@inline
export function applySegment(segment: usize, id: u32): u32 {
  return (id | load<u32>(segment)) + load<u32>(segment, DELTA);
}

/** One id through a table of segments. */
export function translateOne(segments: usize, count: u32, id: u32): u32 {
  return applySegment(segmentOf(segments, count, id), id);
}

/**
 * `length` ids from `from` to `to` (the same address to translate in place) by binary search: for tables that are not
 * used often enough for more to pay, and for tails.
 *
 * @returns how many became NO_ID
 */
export function translateBySearch(table: usize, from: usize, to: usize, length: u32): u32 {
  const segments = load<usize>(table, SEGMENTS);
  const count = load<u32>(table, SEGMENT_COUNT);
  let unmapped: u32 = 0;
  const end = from + (<usize>length << 2);
  for (; from < end; from += 4, to += 4) {
    const id = load<u32>(from);
    const result = applySegment(segmentOf(segments, count, id), id);
    store<u32>(to, result);
    unmapped += u32(result == NO_ID);
  }
  return unmapped;
}
