/**
 * Ids in rows: where sixteen of them lie in one segment, or in two, one lookup serves them all. Sorted ids and runs do.
 */
import { segmentInBlocks } from "./blocks";
import { lookUp } from "./scattered";
import { DELTA, FIRST, NEXT_FIRST, NO_ID, SEGMENT_COUNT, SEGMENTS, segmentOf } from "./segment";
import { countNoIds, outside, sumOfLanes } from "./simd";
import { translateAgainstAll } from "./vertical";

/** How many ids of the last call of {@link translateRows} became NO_ID. */
export let unmappedInRows: u32 = 0;

// @ts-ignore: decorator
@inline
function find(table: usize, byBlocks: bool, id: u32): usize {
  if (byBlocks) return segmentInBlocks(table, id);
  return segmentOf(load<usize>(table, SEGMENTS), load<u32>(table, SEGMENT_COUNT), id);
}

// @ts-ignore: decorator
@inline
function biasedFirst(segment: usize): v128 {
  return i32x4.splat(load<u32>(segment, FIRST) ^ 0x8000_0000);
}

// @ts-ignore: decorator
@inline
function biasedSpan(segment: usize): v128 {
  return i32x4.splat((load<u32>(segment, NEXT_FIRST) - load<u32>(segment, FIRST) - 1) ^ 0x8000_0000);
}

/** Does a segment only shift, and give no NO_ID? */
// @ts-ignore: decorator
@inline
function isPlainSegment(segment: usize): bool {
  const first = load<u32>(segment, FIRST);
  const source = NO_ID - load<u32>(segment, DELTA);
  return load<u32>(segment) == 0 && source - first > load<u32>(segment, NEXT_FIRST) - first - 1;
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
  let unmapped = i32x4.splat(0);
  let misses: u32 = 0;
  let segment = find(table, byBlocks, load<u32>(from));
  let isPlain = isPlainSegment(segment);
  let first = biasedFirst(segment);
  let span = biasedSpan(segment);
  let delta = v128.load32_splat(segment, DELTA);
  for (; from < end; from += 64, to += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const outA = outside(a, first, span);
    const outB = outside(b, first, span);
    const outC = outside(c, first, span);
    const outD = outside(d, first, span);
    const isWithin = !v128.any_true(v128.or(v128.or(outA, outB), v128.or(outC, outD)));
    if (isWithin && isPlain) {
      v128.store(to, i32x4.add(a, delta));
      v128.store(to, i32x4.add(b, delta), 16);
      v128.store(to, i32x4.add(c, delta), 32);
      v128.store(to, i32x4.add(d, delta), 48);
      continue;
    }
    let next = segment;
    if (!isWithin) {
      if (misses++ == mostMisses) break;
      next = find(table, byBlocks, load<u32>(from, 60));
    }
    const nextFirst = biasedFirst(next);
    const nextSpan = biasedSpan(next);
    const nextDelta = v128.load32_splat(next, DELTA);
    const strayAB = v128.or(
      v128.and(outA, outside(a, nextFirst, nextSpan)),
      v128.and(outB, outside(b, nextFirst, nextSpan)),
    );
    const strayCD = v128.or(
      v128.and(outC, outside(c, nextFirst, nextSpan)),
      v128.and(outD, outside(d, nextFirst, nextSpan)),
    );
    if (!v128.any_true(v128.or(strayAB, strayCD))) {
      // Of this segment and the next one: each lane takes what its own gives.
      const pin = v128.load32_splat(segment);
      const nextPin = v128.load32_splat(next);
      const pins = v128.xor(pin, nextPin);
      const change = i32x4.sub(nextDelta, delta);
      const x = i32x4.add(v128.or(a, v128.xor(pin, v128.and(outA, pins))), i32x4.add(delta, v128.and(outA, change)));
      const y = i32x4.add(v128.or(b, v128.xor(pin, v128.and(outB, pins))), i32x4.add(delta, v128.and(outB, change)));
      const z = i32x4.add(v128.or(c, v128.xor(pin, v128.and(outC, pins))), i32x4.add(delta, v128.and(outC, change)));
      const w = i32x4.add(v128.or(d, v128.xor(pin, v128.and(outD, pins))), i32x4.add(delta, v128.and(outD, change)));
      v128.store(to, x);
      v128.store(to, y, 16);
      v128.store(to, z, 32);
      v128.store(to, w, 48);
      unmapped = countNoIds(countNoIds(countNoIds(countNoIds(unmapped, x), y), z), w);
    } else {
      unmapped = byBlocks
        ? i32x4.sub(unmapped, lookUp(table, from, to, 16, true))
        : i32x4.add(unmapped, i32x4.replace_lane(i32x4.splat(0), 0, translateAgainstAll(table, from, to, 16)));
    }
    segment = next;
    isPlain = isPlainSegment(next);
    first = nextFirst;
    span = nextSpan;
    delta = nextDelta;
  }
  unmappedInRows = sumOfLanes(unmapped);
  return <u32>((from - start) >> 2);
}
