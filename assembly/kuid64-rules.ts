/**
 * 64-bit ids by rules and wide tables, four at a time.
 *
 * A rule is a segment that gives something else than the other ids become, 96 bytes, six vectors of four equal lanes:
 * number, first − 2³¹, span − 2³¹, pin, delta − other id, number given − other number. Each id is held against all of
 * them, so classical and isolated ids may come in any mixture. A table with too many segments for that is wide: 48
 * bytes, three vectors of four equal lanes: number, address of the row or the root, and the first id of the last segment
 * (with roots NO_ID). The number of each id picks where it is looked up; four ids of any numbers are one lookup.
 */
import { placesBelow, placesInRow, settleFour, STARTS } from "./blocks";
import { idsAt, numbersAt, storePacked } from "./kuid64-lanes";
import {
  GIVES_NUMBERS,
  HAS_ROOTS,
  OTHER_ID,
  OTHER_NUMBER,
  ROUTE_ROW_BITS,
  RULE_COUNT,
  RULES,
  WIDE,
  WIDE_COUNT,
} from "./kuid64-route";
import { NUMBER } from "./segment";
import { countNoIds, lanesOf, outside, sumOfLanes } from "./simd";

const RULE_BYTES: usize = 96;
const WIDE_BYTES: usize = 48;

/**
 * Translate `length` ids, a multiple of 4.
 *
 * @param toNumbers  0 when ids are split and the numbers are not asked for
 * @returns          how many got an id half of NO_ID
 */
// @ts-ignore: decorator
@inline
export function translateByRules(
  route: usize,
  ids: usize,
  numbers: usize,
  toIds: usize,
  toNumbers: usize,
  length: u32,
  isPacked: bool,
): u32 {
  const four: usize = isPacked ? 32 : 16;
  const rules = load<usize>(route, RULES);
  const lastRule = rules + <usize>load<u32>(route, RULE_COUNT) * RULE_BYTES;
  const wide = load<usize>(route, WIDE);
  const lastWide = wide + <usize>load<u32>(route, WIDE_COUNT) * WIDE_BYTES;
  const givesNumbers = load<u32>(route, GIVES_NUMBERS) != 0;
  const hasRoots = load<u32>(route, HAS_ROOTS) != 0;
  const rowBits = load<u32>(route, ROUTE_ROW_BITS);
  let unmapped = i32x4.splat(0);
  for (const end = ids + (<usize>length >> 2) * four; ids < end; ids += four, toIds += four, numbers += 16) {
    const a = idsAt(ids, isPacked);
    const n = numbersAt(ids, numbers, isPacked);
    let out = i32x4.splat(0);
    let given = i32x4.splat(0);
    for (let rule = rules; rule < lastRule; rule += RULE_BYTES) {
      const isIn = v128.andnot(
        i32x4.eq(n, v128.load(rule)),
        outside(a, v128.load(rule, 16), v128.load(rule, 32)),
      );
      out = v128.or(out, v128.and(isIn, i32x4.add(v128.or(a, v128.load(rule, 48)), v128.load(rule, 64))));
      if (givesNumbers) given = v128.or(given, v128.and(isIn, v128.load(rule, 80)));
    }
    out = i32x4.add(out, v128.load32_splat(route, OTHER_ID));
    given = i32x4.add(given, v128.load32_splat(route, OTHER_NUMBER));
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
      if (givesNumbers) {
        let inTables = v128.load32_zero(s0, NUMBER);
        inTables = v128.load32_lane(s1, inTables, 1, NUMBER);
        inTables = v128.load32_lane(s2, inTables, 2, NUMBER);
        inTables = v128.load32_lane(s3, inTables, 3, NUMBER);
        given = v128.bitselect(inTables, given, isIn);
      }
    }
    unmapped = countNoIds(unmapped, out);
    if (isPacked) {
      storePacked(toIds, out, given);
      continue;
    }
    v128.store(toIds, out);
    if (toNumbers == 0) continue;
    v128.store(toNumbers, given);
    toNumbers += 16;
  }
  return sumOfLanes(unmapped);
}
