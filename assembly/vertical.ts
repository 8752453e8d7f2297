/**
 * Few extents: every id is held against every extent, sixteen ids at a time.
 *
 * The extents of a table are its segments that shift, when all other segments are pinned to one value, `hole`. Each is
 * 48 bytes, three vectors of four equal lanes: first − 2³¹, span − 2³¹ (span: the last id less the first) and
 * delta − hole − 1. Extents share no id, so ANDing what each makes of an id (−1 where it does not hold it) leaves the
 * one that holds it, or −1.
 */
import { EXTENT_COUNT, EXTENTS, HOLE, IS_BIASED, translateBySearch } from "./segment";
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
  let unmapped: u32;
  if (load<u32>(table, IS_BIASED) != 0) unmapped = translateBiased(table, from, to, whole);
  else if (count == 1) unmapped = translateSingle(extents, from, to, whole);
  else if (count == 2) unmapped = translatePair(extents, from, to, whole);
  else unmapped = translateMany(extents, count, from, to, whole);
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

/** Two extents, holes NO_ID and no delta −1: the deltas are ANDed, both extents in registers. */
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
    const x = v128.and(v128.or(delta, outside(a, first, span)), v128.or(delta2, outside(a, first2, span2)));
    const y = v128.and(v128.or(delta, outside(b, first, span)), v128.or(delta2, outside(b, first2, span2)));
    const holesX = i32x4.eq(x, i32x4.splat(-1));
    const holesY = i32x4.eq(y, i32x4.splat(-1));
    v128.store(to, v128.or(i32x4.add(a, x), holesX));
    v128.store(to, v128.or(i32x4.add(b, y), holesY), 16);
    unmapped = i32x4.sub(unmapped, i32x4.add(holesX, holesY));
  }
  return sumOfLanes(unmapped);
}

/** Any number of extents, holes NO_ID and no delta −1: the deltas are ANDed, and added once. */
function translateMany(extents: usize, count: u32, from: usize, to: usize, length: u32): u32 {
  const lastExtent = extents + <usize>count * EXTENT_BYTES;
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
      x = v128.and(x, v128.or(delta, outside(a, first, span)));
      y = v128.and(y, v128.or(delta, outside(b, first, span)));
      z = v128.and(z, v128.or(delta, outside(c, first, span)));
      w = v128.and(w, v128.or(delta, outside(d, first, span)));
    }
    const holesX = i32x4.eq(x, i32x4.splat(-1));
    const holesY = i32x4.eq(y, i32x4.splat(-1));
    const holesZ = i32x4.eq(z, i32x4.splat(-1));
    const holesW = i32x4.eq(w, i32x4.splat(-1));
    v128.store(to, v128.or(i32x4.add(a, x), holesX));
    v128.store(to, v128.or(i32x4.add(b, y), holesY), 16);
    v128.store(to, v128.or(i32x4.add(c, z), holesZ), 32);
    v128.store(to, v128.or(i32x4.add(d, w), holesW), 48);
    unmapped = i32x4.sub(unmapped, i32x4.add(i32x4.add(holesX, holesY), i32x4.add(holesZ, holesW)));
  }
  return sumOfLanes(unmapped);
}

/**
 * Any number of extents, whatever their deltas and whatever the holes become: the moved ids are ANDed, each less
 * hole + 1, which is added in the end.
 */
function translateBiased(table: usize, from: usize, to: usize, length: u32): u32 {
  const extents = load<usize>(table, EXTENTS);
  const lastExtent = extents + <usize>load<u32>(table, EXTENT_COUNT) * EXTENT_BYTES;
  const bias = i32x4.splat(load<u32>(table, HOLE) + 1);
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
