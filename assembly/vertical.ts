/**
 * Few extents: every id is held against every extent, sixteen ids at a time.
 *
 * The extents of a table are its segments that shift, when all other segments are pinned to one value, `hole`. Each is
 * 48 bytes, three vectors of four equal lanes: first − 2³¹, span − 2³¹ (span: the last id less the first) and
 * delta − hole − 1. Extents share no id, so ANDing what each makes of an id (−1 where it does not hold it) leaves the
 * one that holds it, or −1; adding hole + 1 then gives the shifted id, or hole.
 */
import { EXTENT_COUNT, EXTENTS, HOLE, translateBySearch } from "./segment";
import { countNoIds, outside, sumOfLanes } from "./simd";

const EXTENT_BYTES: usize = 48;

/**
 * `length` ids from `from` to `to` (the same address to translate in place).
 *
 * @returns how many became NO_ID
 */
export function translateVertical(table: usize, from: usize, to: usize, length: u32): u32 {
  const extents = load<usize>(table, EXTENTS);
  const count = load<u32>(table, EXTENT_COUNT);
  const whole = length & ~15;
  const hole: u32 = load<u32>(table, HOLE);
  let unmapped: u32;
  if (hole != 0xffff_ffff) unmapped = translateMany(extents, count, hole + 1, from, to, whole, true);
  else if (count == 1) unmapped = translateSingle(extents, from, to, whole);
  else if (count == 2) unmapped = translatePair(extents, from, to, whole);
  else unmapped = translateMany(extents, count, 0, from, to, whole, false);
  const done = <usize>whole << 2;
  return unmapped + translateBySearch(table, from + done, to + done, length - whole);
}

/** One extent, holes NO_ID: the mask of what lies outside is the result there, and counts. */
function translateSingle(extent: usize, from: usize, to: usize, length: u32): u32 {
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

/** Two extents, holes NO_ID, both in registers. */
function translatePair(extents: usize, from: usize, to: usize, length: u32): u32 {
  const first = v128.load(extents);
  const span = v128.load(extents, 16);
  const delta = v128.load(extents, 32);
  const first2 = v128.load(extents, 48);
  const span2 = v128.load(extents, 64);
  const delta2 = v128.load(extents, 80);
  let unmapped = i32x4.splat(0);
  const end = from + (<usize>length << 2);
  for (; from < end; from += 32, to += 32) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const x = v128.and(
      v128.or(i32x4.add(a, delta), outside(a, first, span)),
      v128.or(i32x4.add(a, delta2), outside(a, first2, span2)),
    );
    const y = v128.and(
      v128.or(i32x4.add(b, delta), outside(b, first, span)),
      v128.or(i32x4.add(b, delta2), outside(b, first2, span2)),
    );
    v128.store(to, x);
    v128.store(to, y, 16);
    unmapped = countNoIds(countNoIds(unmapped, x), y);
  }
  return sumOfLanes(unmapped);
}

/** Any number of extents. `isBiased` is a constant where this is inlined. */
// @ts-ignore: decorator
@inline
function translateMany(
  extents: usize,
  count: u32,
  bias: u32,
  from: usize,
  to: usize,
  length: u32,
  isBiased: bool,
): u32 {
  const lastExtent = extents + <usize>count * EXTENT_BYTES;
  const biases = i32x4.splat(bias);
  let unmapped = i32x4.splat(0);
  const end = from + (<usize>length << 2);
  for (; from < end; from += 64, to += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    let x = i32x4.splat(-1);
    let y = i32x4.splat(-1);
    let z = i32x4.splat(-1);
    let w = i32x4.splat(-1);
    for (let extent = extents; extent < lastExtent; extent += EXTENT_BYTES) {
      const first = v128.load(extent);
      const span = v128.load(extent, 16);
      const delta = v128.load(extent, 32);
      x = v128.and(x, v128.or(i32x4.add(a, delta), outside(a, first, span)));
      y = v128.and(y, v128.or(i32x4.add(b, delta), outside(b, first, span)));
      z = v128.and(z, v128.or(i32x4.add(c, delta), outside(c, first, span)));
      w = v128.and(w, v128.or(i32x4.add(d, delta), outside(d, first, span)));
    }
    if (isBiased) {
      x = i32x4.add(x, biases);
      y = i32x4.add(y, biases);
      z = i32x4.add(z, biases);
      w = i32x4.add(w, biases);
    }
    v128.store(to, x);
    v128.store(to, y, 16);
    v128.store(to, z, 32);
    v128.store(to, w, 48);
    unmapped = countNoIds(countNoIds(countNoIds(countNoIds(unmapped, x), y), z), w);
  }
  return sumOfLanes(unmapped);
}
