/**
 * Few extents: every id is held against every extent, sixteen ids at a time.
 *
 * The extents of a table are its segments that shift, when all other segments are pinned to one value, `hole`. Each is
 * 48 bytes, three vectors of four equal lanes: first − 2³¹, span − 2³¹ (span: the last id less the first) and
 * delta − hole − 1. Extents share no id, so ANDing what each makes of an id (−1 where it does not hold it) leaves the
 * one that holds it, or −1.
 */
import { EXTENT_COUNT, EXTENTS, HOLE, IS_BIASED } from "./segment";
import { countNoIds, outside, sumOfLanes } from "./simd";

const EXTENT_BYTES: usize = 48;
const TURN_BYTES: usize = 4 * EXTENT_BYTES;

/** One extent, holes NO_ID: the mask of what lies outside is the result there, and counts. */
export function translateSingle(table: usize, from: usize, to: usize, length: u32): u32 {
  const extent = load<usize>(table, EXTENTS);
  const first = v128.load(extent);
  const span = v128.load(extent, 16);
  const delta = v128.load(extent, 32);
  let unmapped = i32x4.splat(0);
  const end = from + (<usize>length << 2);
  for (; from < end; from += 64, to += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const outA = outside(a, first, span);
    const outB = outside(b, first, span);
    const outC = outside(c, first, span);
    const outD = outside(d, first, span);
    v128.store(to, v128.or(i32x4.add(a, delta), outA));
    v128.store(to, v128.or(i32x4.add(b, delta), outB), 16);
    v128.store(to, v128.or(i32x4.add(c, delta), outC), 32);
    v128.store(to, v128.or(i32x4.add(d, delta), outD), 48);
    unmapped = i32x4.sub(unmapped, i32x4.add(i32x4.add(outA, outB), i32x4.add(outC, outD)));
  }
  return sumOfLanes(unmapped);
}

/** Two extents, holes NO_ID: ids move by the second one's delta, changed where they lie in the first. */
export function translatePair(table: usize, from: usize, to: usize, length: u32): u32 {
  const extents = load<usize>(table, EXTENTS);
  const first = v128.load(extents);
  const span = v128.load(extents, 16);
  const first2 = v128.load(extents, 48);
  const span2 = v128.load(extents, 64);
  const delta2 = v128.load(extents, 80);
  const change = v128.xor(v128.load(extents, 32), delta2);
  let unmapped = i32x4.splat(0);
  const end = from + (<usize>length << 2);
  for (; from < end; from += 64, to += 64) {
    // One vector after the other: all that is looked at fits the registers (measured).
    const a = v128.load(from);
    const holesA = v128.and(outside(a, first, span), outside(a, first2, span2));
    v128.store(to, v128.or(movedByPair(a, first, span, delta2, change), holesA));
    unmapped = i32x4.sub(unmapped, holesA);
    const b = v128.load(from, 16);
    const holesB = v128.and(outside(b, first, span), outside(b, first2, span2));
    v128.store(to, v128.or(movedByPair(b, first, span, delta2, change), holesB), 16);
    unmapped = i32x4.sub(unmapped, holesB);
    const c = v128.load(from, 32);
    const holesC = v128.and(outside(c, first, span), outside(c, first2, span2));
    v128.store(to, v128.or(movedByPair(c, first, span, delta2, change), holesC), 32);
    unmapped = i32x4.sub(unmapped, holesC);
    const d = v128.load(from, 48);
    const holesD = v128.and(outside(d, first, span), outside(d, first2, span2));
    v128.store(to, v128.or(movedByPair(d, first, span, delta2, change), holesD), 48);
    unmapped = i32x4.sub(unmapped, holesD);
  }
  return sumOfLanes(unmapped);
}

// @ts-ignore: decorator
@inline
function movedByPair(ids: v128, first: v128, span: v128, delta2: v128, change: v128): v128 {
  return i32x4.add(ids, v128.xor(delta2, v128.andnot(change, outside(ids, first, span))));
}

/** Any number of extents, sixteen ids a turn. With holes NO_ID and no delta −1 the deltas are ANDed, and added once. */
export function translateAgainstAll(table: usize, from: usize, to: usize, length: u32): u32 {
  const extents = load<usize>(table, EXTENTS);
  const bytes = <usize>load<u32>(table, EXTENT_COUNT) * EXTENT_BYTES;
  const end = from + (<usize>length << 2);
  if (load<u32>(table, IS_BIASED) != 0)
    return translateBiased(extents, extents + bytes, load<u32>(table, HOLE), from, to, end);
  const none = i32x4.splat(-1);
  let unmapped = i32x4.splat(0);
  for (; from < end; from += 64, to += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    let x = deltaIn(extents, a);
    let y = deltaIn(extents, b);
    let z = deltaIn(extents, c);
    let w = deltaIn(extents, d);
    // Four extents a turn, each behind a jump that is not taken: faster than a turn each (measured).
    let extent = extents;
    for (let left = bytes; left > EXTENT_BYTES; left -= TURN_BYTES, extent += TURN_BYTES) {
      x = v128.and(x, deltaIn(extent + EXTENT_BYTES, a));
      y = v128.and(y, deltaIn(extent + EXTENT_BYTES, b));
      z = v128.and(z, deltaIn(extent + EXTENT_BYTES, c));
      w = v128.and(w, deltaIn(extent + EXTENT_BYTES, d));
      if (left == 2 * EXTENT_BYTES) break;
      x = v128.and(x, deltaIn(extent + 2 * EXTENT_BYTES, a));
      y = v128.and(y, deltaIn(extent + 2 * EXTENT_BYTES, b));
      z = v128.and(z, deltaIn(extent + 2 * EXTENT_BYTES, c));
      w = v128.and(w, deltaIn(extent + 2 * EXTENT_BYTES, d));
      if (left == 3 * EXTENT_BYTES) break;
      x = v128.and(x, deltaIn(extent + 3 * EXTENT_BYTES, a));
      y = v128.and(y, deltaIn(extent + 3 * EXTENT_BYTES, b));
      z = v128.and(z, deltaIn(extent + 3 * EXTENT_BYTES, c));
      w = v128.and(w, deltaIn(extent + 3 * EXTENT_BYTES, d));
      if (left == 4 * EXTENT_BYTES) break;
      x = v128.and(x, deltaIn(extent + 4 * EXTENT_BYTES, a));
      y = v128.and(y, deltaIn(extent + 4 * EXTENT_BYTES, b));
      z = v128.and(z, deltaIn(extent + 4 * EXTENT_BYTES, c));
      w = v128.and(w, deltaIn(extent + 4 * EXTENT_BYTES, d));
    }
    const noX = i32x4.eq(x, none);
    const noY = i32x4.eq(y, none);
    const noZ = i32x4.eq(z, none);
    const noW = i32x4.eq(w, none);
    v128.store(to, v128.or(i32x4.add(a, x), noX));
    v128.store(to, v128.or(i32x4.add(b, y), noY), 16);
    v128.store(to, v128.or(i32x4.add(c, z), noZ), 32);
    v128.store(to, v128.or(i32x4.add(d, w), noW), 48);
    unmapped = i32x4.sub(unmapped, i32x4.add(i32x4.add(noX, noY), i32x4.add(noZ, noW)));
  }
  return sumOfLanes(unmapped);
}

/** By how much an extent moves each id, or −1 where it does not hold it. */
// @ts-ignore: decorator
@inline
function deltaIn(extent: usize, ids: v128): v128 {
  return v128.or(v128.load(extent, 32), outside(ids, v128.load(extent), v128.load(extent, 16)));
}

/** Whatever the deltas, the holes and the number of extents: the moved ids are ANDed, each less hole + 1, which is added in the end. */
function translateBiased(extents: usize, last: usize, hole: u32, from: usize, to: usize, end: usize): u32 {
  const none = i32x4.splat(-1);
  let unmapped = i32x4.splat(0);
  const bias = i32x4.splat(hole + 1);
  for (; from < end; from += 64, to += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    let x = none;
    let y = none;
    let z = none;
    let w = none;
    for (let extent = extents; extent < last; extent += EXTENT_BYTES) {
      x = v128.and(x, movedIn(extent, a));
      y = v128.and(y, movedIn(extent, b));
      z = v128.and(z, movedIn(extent, c));
      w = v128.and(w, movedIn(extent, d));
    }
    x = i32x4.add(x, bias);
    y = i32x4.add(y, bias);
    z = i32x4.add(z, bias);
    w = i32x4.add(w, bias);
    v128.store(to, x);
    v128.store(to, y, 16);
    v128.store(to, z, 32);
    v128.store(to, w, 48);
    unmapped = countNoIds(countNoIds(countNoIds(countNoIds(unmapped, x), y), z), w);
  }
  return sumOfLanes(unmapped);
}

/** What an extent moves each id to, less hole + 1, or −1 where it does not hold it. */
// @ts-ignore: decorator
@inline
function movedIn(extent: usize, ids: v128): v128 {
  return v128.or(
    i32x4.add(ids, v128.load(extent, 32)),
    outside(ids, v128.load(extent), v128.load(extent, 16)),
  );
}
