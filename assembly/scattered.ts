/**
 * Ids each by itself: four at a time through the table's blocks, or, for a table whose segments lie close together,
 * through a list of what each id becomes, one load an id.
 *
 * The list is u32 for each id from its bottom to the top, the first id of the last segment, which is pinned. All other
 * ids become what the top does: the bottom is the end of the first segment where that gives the same, else 0.
 */
import {
  endOfSegments,
  entryBelow,
  MORE_STARTS,
  placesBelow,
  placesInRow,
  settleFour,
  settleNear,
  STARTS,
} from "./blocks";
import {
  applySegment,
  BLOCKS,
  DELTA,
  LIST,
  LIST_BOTTOM,
  NEXT_FIRST,
  ROOT,
  ROW_BITS,
  SEGMENT_BYTES,
  SEGMENTS,
  TOP,
} from "./segment";
import { loadFour } from "./simd";

/** How many fours of the last call of {@link lookUp} had an id in a block of several segments. */
export let splitFours: u32 = 0;

/** The segments of four ids, applied. */
// @ts-ignore: decorator
@inline
function applyFour(ids: v128, s0: usize, s1: usize, s2: usize, s3: usize): v128 {
  const low = v128.load64_lane(s1, v128.load64_zero(s0), 1);
  const high = v128.load64_lane(s3, v128.load64_zero(s2), 1);
  const pins = v128.shuffle<u32>(low, high, 0, 2, 4, 6);
  const deltas = v128.shuffle<u32>(low, high, 1, 3, 5, 7);
  return i32x4.add(v128.or(ids, pins), deltas);
}

// @ts-ignore: decorator
@inline
function applyLanes(ids: v128, segments: v128): v128 {
  return applyFour(
    ids,
    i32x4.extract_lane(segments, 0),
    i32x4.extract_lane(segments, 1),
    i32x4.extract_lane(segments, 2),
    i32x4.extract_lane(segments, 3),
  );
}

/** Four ids whose blocks lie in several segments. @returns lanes of −1 where one became NO_ID */
function translateSplitFour(table: usize, from: usize, to: usize): v128 {
  splitFours++;
  const ids = v128.load(from);
  const row = v128.load32_splat(table, BLOCKS);
  const clipped = i32x4.min_u(ids, v128.load32_splat(table, TOP));
  const places =
    load<usize>(table, BLOCKS) != 0
      ? placesInRow(row, load<u32>(table, ROW_BITS), clipped)
      : placesBelow(v128.load32_splat(table, ROOT), ids);
  const out = applyLanes(ids, settleFour(loadFour(places), ids));
  v128.store(to, out);
  return i32x4.eq(out, i32x4.splat(-1));
}

/** What four ids at an address become by a list for the ids from `bottom` on, `span` further ones. */
// @ts-ignore: decorator
@inline
function readFour(list: usize, bottom: v128, span: v128, from: usize): v128 {
  const places = i32x4.min_u(i32x4.sub(v128.load(from), bottom), span);
  return loadFour(i32x4.add(i32x4.splat(<u32>list), i32x4.shl(places, 2)));
}

// @ts-ignore: decorator
@inline
function lastSegment(table: usize): usize {
  return endOfSegments(table) - SEGMENT_BYTES;
}

/**
 * `length` ids (a multiple of 4), each by itself. Fast where most blocks of the ids lie within one segment.
 *
 * @returns lanes whose sum is how many became NO_ID, negative
 */
export function lookUp(table: usize, from: usize, to: usize, length: u32): v128 {
  const end = from + (<usize>length << 2);
  splitFours = 0;
  if (load<usize>(table, LIST) != 0) return lookUpInList(table, from, to, end);
  if (load<usize>(table, BLOCKS) != 0) return lookUpInBlocks(table, from, to, end, true, true);
  return lookUpInBlocks(table, from, to, end, false, true);
}

/** The same, for a table without a list, where many blocks of the ids lie in several segments. */
export function lookUpSplit(table: usize, from: usize, to: usize, length: u32): v128 {
  const end = from + (<usize>length << 2);
  if (load<usize>(table, BLOCKS) != 0) return lookUpInBlocks(table, from, to, end, true, false);
  return lookUpInBlocks(table, from, to, end, false, false);
}

// @ts-ignore: decorator
@inline
function lookUpInList(table: usize, from: usize, to: usize, end: usize): v128 {
  const list = load<usize>(table, LIST);
  const bottom = v128.load32_splat(table, LIST_BOTTOM);
  const span = i32x4.sub(v128.load32_splat(table, TOP), bottom);
  let noIds = i32x4.splat(0);
  for (; from < end; from += 16, to += 16) {
    const out = readFour(list, bottom, span, from);
    v128.store(to, out);
    noIds = i32x4.add(noIds, i32x4.eq(out, i32x4.splat(-1)));
  }
  return noIds;
}

/**
 * `guesses`: that an id's block lies within one segment. Else every id is held against the segments that begin in its
 * block. There is no call in the inner loop: see rows.ts.
 */
// @ts-ignore: decorator
@inline
function lookUpInBlocks(table: usize, from: usize, to: usize, end: usize, inRow: bool, guesses: bool): v128 {
  const row = v128.load32_splat(table, BLOCKS);
  const bits = load<u32>(table, ROW_BITS);
  const root = load<u32>(table, ROOT);
  const top = v128.load32_splat(table, TOP);
  const slow = guesses ? STARTS : MORE_STARTS;
  // In all ways but one the places of four entries are worked out at once (measured).
  const bySelf = guesses && !inRow;
  let noIds = i32x4.splat(0);
  while (true) {
    for (; from < end; from += 16, to += 16) {
      const ids = v128.load(from);
      let places = ids;
      if (inRow) places = placesInRow(row, bits, i32x4.min_u(ids, top));
      else if (!bySelf) places = placesBelow(i32x4.splat(root), ids);
      const e0 = bySelf ? entryBelow(root, load<u32>(from)) : load<u32>(i32x4.extract_lane(places, 0));
      const e1 = bySelf ? entryBelow(root, load<u32>(from, 4)) : load<u32>(i32x4.extract_lane(places, 1));
      const e2 = bySelf ? entryBelow(root, load<u32>(from, 8)) : load<u32>(i32x4.extract_lane(places, 2));
      const e3 = bySelf ? entryBelow(root, load<u32>(from, 12)) : load<u32>(i32x4.extract_lane(places, 3));
      if (((e0 | e1 | e2 | e3) & slow) != 0) break;
      const s0 = guesses ? e0 : settleNear(e0, load<u32>(from));
      const s1 = guesses ? e1 : settleNear(e1, load<u32>(from, 4));
      const s2 = guesses ? e2 : settleNear(e2, load<u32>(from, 8));
      const s3 = guesses ? e3 : settleNear(e3, load<u32>(from, 12));
      const out = applyFour(ids, s0, s1, s2, s3);
      v128.store(to, out);
      noIds = i32x4.add(noIds, i32x4.eq(out, i32x4.splat(-1)));
    }
    if (from == end) return noIds;
    noIds = i32x4.add(noIds, translateSplitFour(table, from, to));
    from += 16;
    to += 16;
  }
}

/** The first id that a list has to tell of: from where on not all is what the last segment gives. */
function bottomOf(table: usize): u32 {
  const segments = load<usize>(table, SEGMENTS);
  const last = lastSegment(table);
  return load<u64>(segments) == load<u64>(last) ? load<u32>(segments, NEXT_FIRST) : 0;
}

/** How many bytes the list of a table takes; 0 when it has none because its last segment shifts. */
export function listBytes(table: usize): u32 {
  return load<u32>(lastSegment(table)) == 0 ? 0 : 4 * (load<u32>(table, TOP) - bottomOf(table) + 1);
}

/** Write a table's list to `list`, a multiple of 4, as large as {@link listBytes} says, and in the table where it is. */
export function buildList(table: usize, list: usize): void {
  const last = lastSegment(table);
  const bottom = bottomOf(table);
  store<u32>(table, <u32>list, LIST);
  store<u32>(table, bottom, LIST_BOTTOM);
  let at = list;
  let id = bottom;
  for (let segment = load<usize>(table, SEGMENTS); segment < last; segment += SEGMENT_BYTES) {
    const end = load<u32>(segment, NEXT_FIRST);
    const pin = load<u32>(segment);
    const delta = load<u32>(segment, DELTA);
    for (; id < end; id++, at += 4) store<u32>(at, (id | pin) + delta);
  }
  store<u32>(at, applySegment(last, id));
}
