/**
 * 64-bit ids through few segments: an id is compared with the boundaries of every table, sixteen ids a turn. How many it
 * has passed in the table of its number is its place among all segments, and from there bytes are picked by a shuffle.
 *
 * The ranked tables are u32 bytes of all this, u32 the number that every id gets, 8 unused, five planes of sixteen bytes,
 * and the tables. In a plane each segment has a byte: in the first one of its pin, in the others of its delta, 2³¹ more
 * where it has no pin. The last byte is that of all ids whose number has no table; the first table's segments have those
 * before it, from the right to the left, and so on.
 *
 * A table is three vectors of four equal lanes, and one more for each of its boundaries: its number, −1 less the number
 * of segments in the tables before it, the bytes of its boundaries; for each segment but the first one, first − 1 − 2³¹.
 */
import { idsAt, numbersAt, storePacked } from "./kuid64-lanes";
import { sumOfLanes } from "./simd";

const GIVEN: usize = 4;
const PINS: usize = 16;
const DELTAS: usize = 32;
const TABLES: usize = 96;
const HEAD_BYTES: usize = 48;

// @ts-ignore: decorator
@inline
function interleaveLow8(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function interleaveHigh8(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// @ts-ignore: decorator
@inline
function interleaveLow16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function interleaveHigh16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** The bytes at the places of a plane. */
// @ts-ignore: decorator
@inline
function pick(plane: usize, places: v128): v128 {
  return i8x16.swizzle(v128.load(plane), places);
}

/**
 * Translate `length` ids, a multiple of 16.
 *
 * @param toNumbers  0 when ids are split and the numbers are not asked for
 * @returns          how many got an id half of NO_ID
 */
// @ts-ignore: decorator
@inline
export function translateRanked(
  ranked: usize,
  ids: usize,
  numbers: usize,
  toIds: usize,
  toNumbers: usize,
  length: u32,
  isPacked: bool,
): u32 {
  const four: usize = isPacked ? 32 : 16;
  const given = v128.load32_splat(ranked, GIVEN);
  const first = ranked + TABLES;
  const last = ranked + load<u32>(ranked);
  const half = i32x4.splat(0x8000_0000);
  const none = i32x4.splat(-1);
  let noIds = i32x4.splat(0);
  for (const end = ids + (<usize>length >> 2) * four; ids < end; ids += 4 * four, toIds += 4 * four, numbers += 64) {
    const a = i32x4.add(idsAt(ids, isPacked), half);
    const b = i32x4.add(idsAt(ids + four, isPacked), half);
    const c = i32x4.add(idsAt(ids + 2 * four, isPacked), half);
    const d = i32x4.add(idsAt(ids + 3 * four, isPacked), half);
    let placeA = i32x4.splat(0);
    let placeB = placeA;
    let placeC = placeA;
    let placeD = placeA;
    for (let table = first; table < last; ) {
      let rankA = v128.load(table, 16);
      let rankB = rankA;
      let rankC = rankA;
      let rankD = rankA;
      let bound = table + HEAD_BYTES;
      for (const boundsEnd = bound + load<u32>(table, 32); bound < boundsEnd; bound += 16) {
        const before = v128.load(bound);
        rankA = i32x4.add(rankA, i32x4.gt_s(a, before));
        rankB = i32x4.add(rankB, i32x4.gt_s(b, before));
        rankC = i32x4.add(rankC, i32x4.gt_s(c, before));
        rankD = i32x4.add(rankD, i32x4.gt_s(d, before));
      }
      const number = v128.load(table);
      placeA = v128.or(placeA, v128.and(rankA, i32x4.eq(number, numbersAt(ids, numbers, isPacked))));
      placeB = v128.or(placeB, v128.and(rankB, i32x4.eq(number, numbersAt(ids + four, numbers + 16, isPacked))));
      placeC = v128.or(placeC, v128.and(rankC, i32x4.eq(number, numbersAt(ids + 2 * four, numbers + 32, isPacked))));
      placeD = v128.or(placeD, v128.and(rankD, i32x4.eq(number, numbersAt(ids + 3 * four, numbers + 48, isPacked))));
      table = bound;
    }
    const places = i8x16.add(
      i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(placeA, placeB), i16x8.narrow_i32x4_s(placeC, placeD)),
      i8x16.splat(15),
    );
    const pins = pick(ranked + PINS, places);
    const pinsAB = i16x8.extend_low_i8x16_s(pins);
    const pinsCD = i16x8.extend_high_i8x16_s(pins);
    const delta0 = pick(ranked + DELTAS, places);
    const delta1 = pick(ranked + DELTAS + 16, places);
    const delta2 = pick(ranked + DELTAS + 32, places);
    const delta3 = pick(ranked + DELTAS + 48, places);
    const lowAB = interleaveLow8(delta0, delta1);
    const lowCD = interleaveHigh8(delta0, delta1);
    const highAB = interleaveLow8(delta2, delta3);
    const highCD = interleaveHigh8(delta2, delta3);
    const x = i32x4.add(v128.or(a, i32x4.extend_low_i16x8_s(pinsAB)), interleaveLow16(lowAB, highAB));
    const y = i32x4.add(v128.or(b, i32x4.extend_high_i16x8_s(pinsAB)), interleaveHigh16(lowAB, highAB));
    const z = i32x4.add(v128.or(c, i32x4.extend_low_i16x8_s(pinsCD)), interleaveLow16(lowCD, highCD));
    const w = i32x4.add(v128.or(d, i32x4.extend_high_i16x8_s(pinsCD)), interleaveHigh16(lowCD, highCD));
    noIds = i32x4.add(noIds, i32x4.add(i32x4.eq(x, none), i32x4.eq(y, none)));
    noIds = i32x4.add(noIds, i32x4.add(i32x4.eq(z, none), i32x4.eq(w, none)));
    if (isPacked) {
      storePacked(toIds, x, given);
      storePacked(toIds + 32, y, given);
      storePacked(toIds + 64, z, given);
      storePacked(toIds + 96, w, given);
      continue;
    }
    v128.store(toIds, x);
    v128.store(toIds, y, 16);
    v128.store(toIds, z, 32);
    v128.store(toIds, w, 48);
    if (toNumbers == 0) continue;
    v128.store(toNumbers, given);
    v128.store(toNumbers, given, 16);
    v128.store(toNumbers, given, 32);
    v128.store(toNumbers, given, 48);
    toNumbers += 64;
  }
  return -sumOfLanes(noIds);
}
