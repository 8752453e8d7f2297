/**
 * Ids each by itself: four at a time through the table's blocks, or, for a table whose segments lie close together, through a list
 * of what each id becomes, one load an id.
 *
 * The list is u32[n + 1] for the ids 0 … n, where n is the first id of the last segment, which is pinned: larger ids
 * become what n does.
 */
import { endOfSegments, entryBelow, placesBelow, placesInRow, settleFour, settleFourInline, STARTS } from "./blocks";
import { applySegment, BLOCKS, DELTA, FIRST, LIST, NEXT_FIRST, ROOT, ROW_BITS, SEGMENT_BYTES, SEGMENTS, TOP } from "./segment";
import { lanesOf, loadFour } from "./simd";

/** How many fours of the last call of {@link lookUp} that guessed had an id in a block of several segments. */
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

/**
 * Four ids at an address, by the row of blocks or below the root. `guesses`: that their blocks lie within one segment.
 * In all ways but one the places of four entries are worked out at once (measured).
 */
// @ts-ignore: decorator
@inline
function translateFour(row: v128, bits: u32, root: u32, top: v128, from: usize, inRow: bool, guesses: bool): v128 {
  const ids = v128.load(from);
  let places = ids;
  if (inRow) places = placesInRow(row, bits, i32x4.min_u(ids, top));
  else if (!guesses) places = placesBelow(i32x4.splat(root), ids);
  if (!guesses) return applyLanes(ids, settleFourInline(loadFour(places), ids));
  const e0 = inRow ? load<u32>(i32x4.extract_lane(places, 0)) : entryBelow(root, load<u32>(from));
  const e1 = inRow ? load<u32>(i32x4.extract_lane(places, 1)) : entryBelow(root, load<u32>(from, 4));
  const e2 = inRow ? load<u32>(i32x4.extract_lane(places, 2)) : entryBelow(root, load<u32>(from, 8));
  const e3 = inRow ? load<u32>(i32x4.extract_lane(places, 3)) : entryBelow(root, load<u32>(from, 12));
  if (((e0 | e1 | e2 | e3) & STARTS) == 0) return applyFour(ids, e0, e1, e2, e3);
  splitFours++;
  return applyLanes(ids, settleFour(lanesOf(e0, e1, e2, e3), ids));
}

/** What four ids at an address become by the list. */
// @ts-ignore: decorator
@inline
function readFour(list: usize, top: u32, from: usize): v128 {
  const v0 = v128.load32_zero(list + (<usize>min(load<u32>(from), top) << 2));
  const v1 = v128.load32_lane(list + (<usize>min(load<u32>(from, 4), top) << 2), v0, 1);
  const v2 = v128.load32_lane(list + (<usize>min(load<u32>(from, 8), top) << 2), v1, 2);
  return v128.load32_lane(list + (<usize>min(load<u32>(from, 12), top) << 2), v2, 3);
}

// @ts-ignore: decorator
@inline
function lastSegment(table: usize): usize {
  return endOfSegments(table) - SEGMENT_BYTES;
}

/**
 * `length` ids (a multiple of 4), each by itself.
 *
 * @param guesses  that most blocks of the ids lie within one segment: faster where they do
 * @returns        lanes whose sum is how many became NO_ID, negative
 */
export function lookUp(table: usize, from: usize, to: usize, length: u32, guesses: bool): v128 {
  const end = from + (<usize>length << 2);
  splitFours = 0;
  if (load<usize>(table, LIST) != 0) return lookUpInList(table, from, to, end);
  if (load<usize>(table, BLOCKS) != 0)
    return guesses ? lookUpInBlocks(table, from, to, end, true, true) : lookUpInBlocks(table, from, to, end, true, false);
  return guesses ? lookUpInBlocks(table, from, to, end, false, true) : lookUpInBlocks(table, from, to, end, false, false);
}

// @ts-ignore: decorator
@inline
function lookUpInList(table: usize, from: usize, to: usize, end: usize): v128 {
  const list = load<usize>(table, LIST);
  const top = load<u32>(table, TOP);
  let noIds = i32x4.splat(0);
  for (; from < end; from += 16, to += 16) {
    const out = readFour(list, top, from);
    v128.store(to, out);
    noIds = i32x4.add(noIds, i32x4.eq(out, i32x4.splat(-1)));
  }
  return noIds;
}

// @ts-ignore: decorator
@inline
function lookUpInBlocks(table: usize, from: usize, to: usize, end: usize, inRow: bool, guesses: bool): v128 {
  const row = v128.load32_splat(table, BLOCKS);
  const bits = load<u32>(table, ROW_BITS);
  const root = load<u32>(table, ROOT);
  const top = v128.load32_splat(table, TOP);
  let noIds = i32x4.splat(0);
  for (; from < end; from += 16, to += 16) {
    const out = translateFour(row, bits, root, top, from, inRow, guesses);
    v128.store(to, out);
    noIds = i32x4.add(noIds, i32x4.eq(out, i32x4.splat(-1)));
  }
  return noIds;
}

/** How many bytes the list of a table takes; 0 when it has none because its last segment shifts. */
export function listBytes(table: usize): u32 {
  const last = lastSegment(table);
  return load<u32>(last) == 0 ? 0 : 4 * (load<u32>(last, FIRST) + 1);
}

/** Write a table's list to `list`, a multiple of 4, as large as {@link listBytes} says. */
export function buildList(table: usize, list: usize): void {
  const last = lastSegment(table);
  for (let segment = load<usize>(table, SEGMENTS); segment < last; segment += SEGMENT_BYTES) {
    const end = load<u32>(segment, NEXT_FIRST);
    const pin = load<u32>(segment);
    const delta = load<u32>(segment, DELTA);
    for (let id = load<u32>(segment, FIRST); id < end; id++)
      store<u32>(list + (<usize>id << 2), (id | pin) + delta);
  }
  const top = load<u32>(last, FIRST);
  store<u32>(list + (<usize>top << 2), applySegment(last, top));
}
