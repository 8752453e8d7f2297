/** 64-bit kernel ids in bulk. Packed, an id is a little-endian u64: u32 id, u32 namespace number. */
import { translateRanked } from "./kuid64-ranked";
import {
  BY_NUMBER,
  BY_NUMBER_COUNT,
  BY_RULES,
  OTHER_ID,
  OTHER_NUMBER,
  RANKED,
  BY_RANK,
  WAY,
} from "./kuid64-route";
import { translateByRules } from "./kuid64-rules";
import { applySegment, NO_ID, NUMBER, segmentOf } from "./segment";

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
  const whole = wholeOf(route, length);
  const done = <usize>whole << 3;
  const unmapped = translateWhole(route, from, 0, to, 0, whole, true);
  return unmapped + searchAll(route, from + done, from + done + 4, to + done, to + done + 4, 8, length - whole);
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
  const whole = wholeOf(route, length);
  const done = <usize>whole << 2;
  const unmapped = translateWhole(route, ids, numbers, toIds, toNumbers, whole, false);
  const restOfNumbers = toNumbers != 0 ? toNumbers + done : 0;
  return unmapped + searchAll(route, ids + done, numbers + done, toIds + done, restOfNumbers, 4, length - whole);
}

/** How many of the ids a route's way takes, in fours or in sixteens; the rest is searched for. */
// @ts-ignore: decorator
@inline
function wholeOf(route: usize, length: u32): u32 {
  const way = load<u32>(route, WAY);
  return way == BY_RULES ? length & ~3 : way == BY_RANK ? length & ~15 : 0;
}

/** `isPacked` is a constant where this is inlined. */
// @ts-ignore: decorator
@inline
function translateWhole(
  route: usize,
  ids: usize,
  numbers: usize,
  toIds: usize,
  toNumbers: usize,
  length: u32,
  isPacked: bool,
): u32 {
  if (length == 0) return 0;
  if (load<u32>(route, WAY) == BY_RULES)
    return translateByRules(route, ids, numbers, toIds, toNumbers, length, isPacked);
  return translateRanked(load<usize>(route, RANKED), ids, numbers, toIds, toNumbers, length, isPacked);
}

/** One id after the other, each number looked up among many: for what is left of a route that runs in fours or sixteens,
 * and for routes that know more numbers than rules pay for. */
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
