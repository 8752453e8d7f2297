/**
 * Ids in rows: where sixteen of them lie in one segment, or in two, one lookup serves them all. Sorted ids and runs do.
 */
import { segmentInBlocks } from "./blocks";
import { lookUp } from "./scattered";
import { applySegment, DELTA, FIRST, NEXT_FIRST, NO_ID, SEGMENT_COUNT, SEGMENTS, segmentOf } from "./segment";
import { outside, sumOfLanes } from "./simd";
import { translateAgainstAll } from "./vertical";

/** How many ids of the last call of {@link translateRows} became NO_ID. */
export let unmappedInRows: u32 = 0;

// @ts-ignore: decorator
@inline
function find(table: usize, byBlocks: bool, id: u32): usize {
  if (byBlocks) return segmentInBlocks(table, id);
  return segmentOf(load<usize>(table, SEGMENTS), load<u32>(table, SEGMENT_COUNT), id);
}

/** Does one id of a segment that shifts become NO_ID? */
// @ts-ignore: decorator
@inline
function givesNoId(segment: usize): bool {
  const first = load<u32>(segment, FIRST);
  return NO_ID - load<u32>(segment, DELTA) - first <= load<u32>(segment, NEXT_FIRST) - first - 1;
}

// @ts-ignore: decorator
@inline
function biasedFirst(segment: usize): v128 {
  return i32x4.add(v128.load32_splat(segment, FIRST), i32x4.splat(0x8000_0000));
}

// @ts-ignore: decorator
@inline
function biasedSpan(segment: usize): v128 {
  const beyond = i32x4.sub(v128.load32_splat(segment, NEXT_FIRST), v128.load32_splat(segment, FIRST));
  return i32x4.add(beyond, i32x4.splat(0x7fff_ffff));
}

/**
 * Blocks from `from` on that lie in one segment, whose ids all become NO_ID or none of them does.
 *
 * @returns behind the last of them
 */
// @ts-ignore: decorator
@inline
function passRow(segment: usize, from: usize, to: usize, end: usize): usize {
  const first = biasedFirst(segment);
  const span = biasedSpan(segment);
  const delta = v128.load32_splat(segment, DELTA);
  if (load<u32>(segment) != 0) return passBlocks(first, span, i32x4.sub(delta, i32x4.splat(1)), true, from, to, end);
  return givesNoId(segment) ? from : passBlocks(first, span, delta, false, from, to, end);
}

/**
 * Ids of `[first, first + span]` become `value`, or, when it is a delta, are moved by it. There is no call in this loop:
 * what outlives a call is kept on the stack, and V8 writes it there in every turn (measured: half as fast).
 */
// @ts-ignore: decorator
@inline
function passBlocks(
  biasedFirst: v128,
  biasedSpan: v128,
  value: v128,
  isPinned: bool,
  from: usize,
  to: usize,
  end: usize,
): usize {
  for (; from < end; from += 64, to += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const outAB = v128.or(outside(a, biasedFirst, biasedSpan), outside(b, biasedFirst, biasedSpan));
    const outCD = v128.or(outside(c, biasedFirst, biasedSpan), outside(d, biasedFirst, biasedSpan));
    if (v128.any_true(v128.or(outAB, outCD))) break;
    v128.store(to, isPinned ? value : i32x4.add(a, value));
    v128.store(to, isPinned ? value : i32x4.add(b, value), 16);
    v128.store(to, isPinned ? value : i32x4.add(c, value), 32);
    v128.store(to, isPinned ? value : i32x4.add(d, value), 48);
  }
  return from;
}

/**
 * A block of which most ids lie in `segment`, or in `next`.
 *
 * @returns lanes whose sum is how many became NO_ID, negative
 */
// @ts-ignore: decorator
@inline
function translateMixed(table: usize, byBlocks: bool, segment: usize, next: usize, from: usize, to: usize): v128 {
  const a = v128.load(from);
  const b = v128.load(from, 16);
  const c = v128.load(from, 32);
  const d = v128.load(from, 48);
  const first = biasedFirst(segment);
  const span = biasedSpan(segment);
  const outA = outside(a, first, span);
  const outB = outside(b, first, span);
  const outC = outside(c, first, span);
  const outD = outside(d, first, span);
  const nextFirst = biasedFirst(next);
  const nextSpan = biasedSpan(next);
  const strayAB = v128.or(
    v128.and(outA, outside(a, nextFirst, nextSpan)),
    v128.and(outB, outside(b, nextFirst, nextSpan)),
  );
  const strayCD = v128.or(
    v128.and(outC, outside(c, nextFirst, nextSpan)),
    v128.and(outD, outside(d, nextFirst, nextSpan)),
  );
  if (v128.any_true(v128.or(strayAB, strayCD))) {
    if (byBlocks) return lookUp(table, from, to, 16);
    return i32x4.replace_lane(i32x4.splat(0), 0, -translateAgainstAll(table, from, to, 16));
  }
  // Of these two: each lane takes what its own gives.
  const pin = v128.load32_splat(segment);
  const pins = v128.xor(pin, v128.load32_splat(next));
  const delta = v128.load32_splat(segment, DELTA);
  const change = i32x4.sub(v128.load32_splat(next, DELTA), delta);
  const x = i32x4.add(v128.or(a, v128.xor(pin, v128.and(outA, pins))), i32x4.add(delta, v128.and(outA, change)));
  const y = i32x4.add(v128.or(b, v128.xor(pin, v128.and(outB, pins))), i32x4.add(delta, v128.and(outB, change)));
  const z = i32x4.add(v128.or(c, v128.xor(pin, v128.and(outC, pins))), i32x4.add(delta, v128.and(outC, change)));
  const w = i32x4.add(v128.or(d, v128.xor(pin, v128.and(outD, pins))), i32x4.add(delta, v128.and(outD, change)));
  v128.store(to, x);
  v128.store(to, y, 16);
  v128.store(to, z, 32);
  v128.store(to, w, 48);
  const none = i32x4.splat(-1);
  return i32x4.add(
    i32x4.add(i32x4.eq(x, none), i32x4.eq(y, none)),
    i32x4.add(i32x4.eq(z, none), i32x4.eq(w, none)),
  );
}

/**
 * `length` ids (a multiple of 16) from `from` to `to`, until more than `mostMisses` blocks did not lie in one segment.
 *
 * @param byBlocks  through the table's blocks; else by search and against all extents
 * @returns how many were translated
 */
export function translateRows(
  table: usize,
  byBlocks: bool,
  from: usize,
  to: usize,
  length: u32,
  mostMisses: u32,
): u32 {
  const start = from;
  const end = from + (<usize>length << 2);
  let unmapped: u32 = 0;
  let mixedNoIds = i32x4.splat(0);
  let segment = find(table, byBlocks, load<u32>(from));
  for (let misses: u32 = 0; ; misses++) {
    const row = from;
    from = passRow(segment, from, to, end);
    to += from - row;
    if (applySegment(segment, load<u32>(segment, FIRST)) == NO_ID) unmapped += <u32>((from - row) >> 2);
    if (from == end || misses == mostMisses) break;
    const next = find(table, byBlocks, load<u32>(from, 60));
    mixedNoIds = i32x4.add(mixedNoIds, translateMixed(table, byBlocks, segment, next, from, to));
    segment = next;
    from += 64;
    to += 64;
  }
  unmappedInRows = unmapped - sumOfLanes(mixedNoIds);
  return <u32>((from - start) >> 2);
}
