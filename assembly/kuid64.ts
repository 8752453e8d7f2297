/**
 * 64-bit kernel ids in bulk. Packed, an id is a little-endian u64: u32 id, u32 namespace number.
 *
 * A route is 48 bytes: u32 address of its rules, u32 their number, u32 address of its wide tables, u32 their number,
 * u32 and u32 the id and the number that all other ids become, u32 address of its tables by number, u32 their number,
 * u32 1 when a rule pins, or an id may get another number than all other ids; u32 1 to run by search; u32 1 when the wide
 * tables have roots, else they have rows; u32 bits of the rows' blocks (see blocks.ts).
 *
 * A rule is a segment that gives something else than the other ids become, 96 bytes, six vectors of four equal lanes:
 * number, first − 2³¹, span − 2³¹, pin, delta − other id, number given − other number. Each id is held against all of
 * them, so classical and isolated ids may come in any mixture. A table with too many segments for that is wide: 48
 * bytes, three vectors of four equal lanes: number, address of the row or the root, and the first id of the last segment
 * (with roots NO_ID). The number of each id picks where it is looked up; four ids of any numbers are one lookup.
 * The tables by number are 16 bytes: u32 number (ascending), u32 address of the segments, u32 their number, 4 unused.
 */
import { placesBelow, placesInRow, settleFour, STARTS } from "./blocks";
import { NO_ID, NUMBER, applySegment, segmentOf } from "./segment";
import { countNoIds, lanesOf, outside, sumOfLanes } from "./simd";
import { TAIL } from "./static";

const RULES: usize = 0;
const RULE_COUNT: usize = 4;
const WIDE: usize = 8;
const WIDE_COUNT: usize = 12;
const OTHER_ID: usize = 16;
const OTHER_NUMBER: usize = 20;
const BY_NUMBER: usize = 24;
const BY_NUMBER_COUNT: usize = 28;
const IS_FULL: usize = 32;
const IS_SEARCHED: usize = 36;
const HAS_ROOTS: usize = 40;
const ROUTE_ROW_BITS: usize = 44;

const RULE_BYTES: usize = 96;
const WIDE_BYTES: usize = 48;
const BY_NUMBER_BYTES: usize = 16;

/** `packed[2i] = ids[i]`, `packed[2i + 1] = numbers[i]`, for `length` ids. */
export function pack(ids: usize, numbers: usize, packed: usize, length: u32): void {
  const whole = ids + ((<usize>length & ~3) << 2);
  const end = ids + (<usize>length << 2);
  for (; ids < whole; ids += 16, numbers += 16, packed += 32) {
    const a = v128.load(ids);
    const b = v128.load(numbers);
    v128.store(packed, v128.shuffle<u32>(a, b, 0, 4, 1, 5));
    v128.store(packed, v128.shuffle<u32>(a, b, 2, 6, 3, 7), 16);
  }
  for (; ids < end; ids += 4, numbers += 4, packed += 8) {
    store<u32>(packed, load<u32>(ids));
    store<u32>(packed, load<u32>(numbers), 4);
  }
}

/** `ids[i] = packed[2i]`, `numbers[i] = packed[2i + 1]`, for `length` ids. */
export function unpack(packed: usize, ids: usize, numbers: usize, length: u32): void {
  const whole = ids + ((<usize>length & ~3) << 2);
  const end = ids + (<usize>length << 2);
  for (; ids < whole; ids += 16, numbers += 16, packed += 32) {
    const a = v128.load(packed);
    const b = v128.load(packed, 16);
    v128.store(ids, v128.shuffle<u32>(a, b, 0, 2, 4, 6));
    v128.store(numbers, v128.shuffle<u32>(a, b, 1, 3, 5, 7));
  }
  for (; ids < end; ids += 4, numbers += 4, packed += 8) {
    store<u32>(ids, load<u32>(packed));
    store<u32>(numbers, load<u32>(packed, 4));
  }
}

/**
 * Translate `length` packed ids from `from` to `to`, which may be the same address.
 *
 * @returns how many got an id half of NO_ID
 */
export function translatePacked(route: usize, from: usize, to: usize, length: u32): u32 {
  if (load<u32>(route, IS_SEARCHED) != 0) return searchAll(route, from, from + 4, to, to + 4, 8, length);
  if (load<u32>(route, IS_FULL) != 0) return translate(route, from, 0, to, 0, length, true, true);
  return translate(route, from, 0, to, 0, length, true, false);
}

/**
 * Translate `length` split ids. The addresses to write to may be those to read from.
 *
 * @param toNumbers  0 when the numbers are not asked for
 * @returns          how many got an id half of NO_ID
 */
export function translateSplit(
  route: usize,
  ids: usize,
  numbers: usize,
  toIds: usize,
  toNumbers: usize,
  length: u32,
): u32 {
  if (load<u32>(route, IS_SEARCHED) != 0) return searchAll(route, ids, numbers, toIds, toNumbers, 4, length);
  if (load<u32>(route, IS_FULL) != 0) return translate(route, ids, numbers, toIds, toNumbers, length, false, true);
  return translate(route, ids, numbers, toIds, toNumbers, length, false, false);
}

/** `isPacked` and `isFull` are constants where this is inlined. */
// @ts-ignore: decorator
@inline
function translate(
  route: usize,
  ids: usize,
  numbers: usize,
  toIds: usize,
  toNumbers: usize,
  length: u32,
  isPacked: bool,
  isFull: bool,
): u32 {
  const rules = load<usize>(route, RULES);
  const lastRule = rules + <usize>load<u32>(route, RULE_COUNT) * RULE_BYTES;
  const wide = load<usize>(route, WIDE);
  const lastWide = wide + <usize>load<u32>(route, WIDE_COUNT) * WIDE_BYTES;
  const otherId = v128.load32_splat(route, OTHER_ID);
  const otherNumber = v128.load32_splat(route, OTHER_NUMBER);
  const hasNumbers = toNumbers != 0;
  const hasRoots = load<u32>(route, HAS_ROOTS) != 0;
  const rowBits = load<u32>(route, ROUTE_ROW_BITS);
  let unmapped = i32x4.splat(0);
  for (let left = length; left > 0; ) {
    // The last one to three ids go through a block of their own, so that nothing beyond them is read or written.
    const isTail = left < 4;
    let a: v128;
    let n: v128;
    if (isTail) {
      for (let k: usize = 0; k < left; k++) {
        store<u32>(TAIL + (k << 2), load<u32>(ids + (isPacked ? k << 3 : k << 2)));
        store<u32>(TAIL + (k << 2), isPacked ? load<u32>(ids + (k << 3), 4) : load<u32>(numbers + (k << 2)), 16);
      }
      a = v128.load(TAIL);
      n = v128.load(TAIL, 16);
    } else if (isPacked) {
      const low = v128.load(ids);
      const high = v128.load(ids, 16);
      a = v128.shuffle<u32>(low, high, 0, 2, 4, 6);
      n = v128.shuffle<u32>(low, high, 1, 3, 5, 7);
    } else {
      a = v128.load(ids);
      n = v128.load(numbers);
    }
    let out = i32x4.splat(0);
    let outNumber = i32x4.splat(0);
    // Where all four ids are the first wide table's, the rules have nothing to say.
    const isWide = wide < lastWide && i32x4.all_true(i32x4.eq(n, v128.load(wide)));
    for (let rule = isWide ? lastRule : rules; rule < lastRule; rule += RULE_BYTES) {
      const isIn = v128.andnot(
        i32x4.eq(n, v128.load(rule)),
        outside(a, v128.load(rule, 16), v128.load(rule, 32)),
      );
      const pinned = isFull ? v128.or(a, v128.load(rule, 48)) : a;
      out = v128.or(out, v128.and(isIn, i32x4.add(pinned, v128.load(rule, 64))));
      if (isFull) outNumber = v128.or(outNumber, v128.and(isIn, v128.load(rule, 80)));
    }
    out = i32x4.add(out, otherId);
    outNumber = i32x4.add(outNumber, otherNumber);
    if (wide < lastWide) {
      let isIn = i32x4.eq(n, v128.load(wide));
      let base = v128.load(wide, 16);
      let top = v128.and(isIn, v128.load(wide, 32));
      for (let table = wide + WIDE_BYTES; table < lastWide; table += WIDE_BYTES) {
        const isOf = i32x4.eq(n, v128.load(table));
        base = v128.bitselect(v128.load(table, 16), base, isOf);
        top = v128.or(top, v128.and(isOf, v128.load(table, 32)));
        isIn = v128.or(isIn, isOf);
      }
      if (v128.any_true(isIn)) {
        const clipped = i32x4.min_u(a, top);
        const at = hasRoots ? placesBelow(base, clipped) : placesInRow(base, rowBits, clipped);
        let s0 = load<u32>(i32x4.extract_lane(at, 0));
        let s1 = load<u32>(i32x4.extract_lane(at, 1));
        let s2 = load<u32>(i32x4.extract_lane(at, 2));
        let s3 = load<u32>(i32x4.extract_lane(at, 3));
        if (((s0 | s1 | s2 | s3) & STARTS) != 0) {
          const found = settleFour(lanesOf(s0, s1, s2, s3), clipped);
          s0 = i32x4.extract_lane(found, 0);
          s1 = i32x4.extract_lane(found, 1);
          s2 = i32x4.extract_lane(found, 2);
          s3 = i32x4.extract_lane(found, 3);
        }
        const low = v128.load64_lane(s1, v128.load64_zero(s0), 1);
        const high = v128.load64_lane(s3, v128.load64_zero(s2), 1);
        const pins = v128.shuffle<u32>(low, high, 0, 2, 4, 6);
        const deltas = v128.shuffle<u32>(low, high, 1, 3, 5, 7);
        out = v128.bitselect(i32x4.add(v128.or(a, pins), deltas), out, isIn);
        if (isFull) {
          let given = v128.load32_zero(s0, NUMBER);
          given = v128.load32_lane(s1, given, 1, NUMBER);
          given = v128.load32_lane(s2, given, 2, NUMBER);
          given = v128.load32_lane(s3, given, 3, NUMBER);
          outNumber = v128.bitselect(given, outNumber, isIn);
        }
      }
    }
    if (isTail) {
      v128.store(TAIL, out, 32);
      v128.store(TAIL, outNumber, 48);
      let count: u32 = 0;
      for (let k: usize = 0; k < left; k++) {
        const id = load<u32>(TAIL + (k << 2), 32);
        const number = load<u32>(TAIL + (k << 2), 48);
        store<u32>(toIds + (isPacked ? k << 3 : k << 2), id);
        if (isPacked) store<u32>(toIds + (k << 3), number, 4);
        else if (hasNumbers) store<u32>(toNumbers + (k << 2), number);
        count += u32(id == NO_ID);
      }
      return sumOfLanes(unmapped) + count;
    }
    unmapped = countNoIds(unmapped, out);
    if (isPacked) {
      v128.store(toIds, v128.shuffle<u32>(out, outNumber, 0, 4, 1, 5));
      v128.store(toIds, v128.shuffle<u32>(out, outNumber, 2, 6, 3, 7), 16);
      ids += 32;
      toIds += 32;
    } else {
      v128.store(toIds, out);
      ids += 16;
      numbers += 16;
      toIds += 16;
      if (hasNumbers) {
        v128.store(toNumbers, outNumber);
        toNumbers += 16;
      }
    }
    left -= 4;
  }
  return sumOfLanes(unmapped);
}

/** One id after the other, each number looked up among many: for routes that know more numbers than rules pay for. */
function searchAll(
  route: usize,
  ids: usize,
  numbers: usize,
  toIds: usize,
  toNumbers: usize,
  step: usize,
  length: u32,
): u32 {
  const tables = load<usize>(route, BY_NUMBER);
  const count = load<u32>(route, BY_NUMBER_COUNT);
  const hasNumbers = toNumbers != 0;
  let unmapped: u32 = 0;
  for (let k: u32 = 0; k < length; k++) {
    const number = load<u32>(numbers);
    const table = tableOf(tables, count, number);
    let id = load<u32>(route, OTHER_ID);
    let given = load<u32>(route, OTHER_NUMBER);
    if (load<u32>(table) == number) {
      const segment = segmentOf(load<usize>(table, 4), load<u32>(table, 8), load<u32>(ids));
      id = applySegment(segment, load<u32>(ids));
      given = load<u32>(segment, NUMBER);
    }
    store<u32>(toIds, id);
    if (hasNumbers) {
      store<u32>(toNumbers, given);
      toNumbers += step;
    }
    unmapped += u32(id == NO_ID);
    ids += step;
    numbers += step;
    toIds += step;
  }
  return unmapped;
}

function tableOf(tables: usize, count: u32, number: u32): usize {
  let base = tables;
  while (count > 1) {
    const half = count >> 1;
    const middle = base + <usize>half * BY_NUMBER_BYTES;
    base = select(middle, base, load<u32>(middle) <= number);
    count -= half;
  }
  return base;
}
