/** Bulk translation through a trie: four ids at a time, or sixteen at once where they lie in one segment. */
import { DELTA, FIRST, NEXT_FIRST, SEGMENTS, translateBySearch, TRIE } from "./segment";
import { countNoIds, outside, sumOfLanes } from "./simd";
import { KEPT } from "./static";
import { segmentInTrie } from "./trie";

/** Ids between two looks at how many blocks lay in one segment. */
const STRETCH: u32 = 1024;
/** Blocks of a stretch that must lie in one segment for the next stretch to be tested block by block. */
const ENOUGH: u32 = 24;
/** Stretches without a test after one in which it did not pay. */
const WITHOUT_TEST: u32 = 15;

/** What one block of ids is held against next. */
function keep(segment: usize): void {
  const first = load<u32>(segment, FIRST);
  v128.store(KEPT, i32x4.splat(first ^ 0x8000_0000));
  v128.store(KEPT, i32x4.splat((load<u32>(segment, NEXT_FIRST) - first - 1) ^ 0x8000_0000), 16);
  v128.store(KEPT, v128.load32_splat(segment), 32);
  v128.store(KEPT, v128.load32_splat(segment, DELTA), 48);
}

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

/** Four ids at an address through a trie. */
// @ts-ignore: decorator
@inline
export function translateFour(trie: usize, segments: usize, from: usize): v128 {
  const s0 = segmentInTrie(trie, segments, load<u32>(from));
  const s1 = segmentInTrie(trie, segments, load<u32>(from, 4));
  const s2 = segmentInTrie(trie, segments, load<u32>(from, 8));
  const s3 = segmentInTrie(trie, segments, load<u32>(from, 12));
  return applyFour(v128.load(from), s0, s1, s2, s3);
}

/**
 * `length` ids from `from` to `to` (the same address to translate in place) through the table's trie.
 *
 * @returns how many became NO_ID
 */
export function translateByTrie(table: usize, from: usize, to: usize, length: u32): u32 {
  const trie = load<usize>(table, TRIE);
  const segments = load<usize>(table, SEGMENTS);
  let unmapped: u32 = 0;
  let left = length & ~15;
  let withoutTest: u32 = 0;
  if (left > 0) keep(segmentInTrie(trie, segments, load<u32>(from)));
  while (left > 0) {
    const stretch = min(left, STRETCH);
    if (withoutTest > 0) {
      withoutTest--;
      unmapped += translateScattered(trie, segments, from, to, stretch);
    } else {
      unmapped += translateBlocks(trie, segments, from, to, stretch);
      if (blocksInOne < ENOUGH) withoutTest = WITHOUT_TEST;
    }
    left -= stretch;
    from += <usize>stretch << 2;
    to += <usize>stretch << 2;
  }
  return unmapped + translateBySearch(table, from, to, length & 15);
}

function translateScattered(trie: usize, segments: usize, from: usize, to: usize, length: u32): u32 {
  let unmapped = i32x4.splat(0);
  const end = from + (<usize>length << 2);
  for (; from < end; from += 16, to += 16) {
    const out = translateFour(trie, segments, from);
    v128.store(to, out);
    unmapped = countNoIds(unmapped, out);
  }
  return sumOfLanes(unmapped);
}

/** How many blocks of the last call of {@link translateBlocks} lay in one segment. */
let blocksInOne: u32 = 0;

function translateBlocks(trie: usize, segments: usize, from: usize, to: usize, length: u32): u32 {
  let unmapped = i32x4.splat(0);
  let inOne: u32 = 0;
  const end = from + (<usize>length << 2);
  let f = v128.load(KEPT);
  let s = v128.load(KEPT, 16);
  let p = v128.load(KEPT, 32);
  let d = v128.load(KEPT, 48);
  for (; from < end; from += 64, to += 64) {
    let a = v128.load(from);
    let b = v128.load(from, 16);
    let c = v128.load(from, 32);
    let e = v128.load(from, 48);
    const beyond = v128.or(
      v128.or(outside(a, f, s), outside(b, f, s)),
      v128.or(outside(c, f, s), outside(e, f, s)),
    );
    if (!v128.any_true(beyond)) {
      inOne++;
      a = i32x4.add(v128.or(a, p), d);
      b = i32x4.add(v128.or(b, p), d);
      c = i32x4.add(v128.or(c, p), d);
      e = i32x4.add(v128.or(e, p), d);
    } else {
      const last = load<u32>(from, 60);
      a = translateFour(trie, segments, from);
      b = translateFour(trie, segments, from + 16);
      c = translateFour(trie, segments, from + 32);
      e = translateFour(trie, segments, from + 48);
      keep(segmentInTrie(trie, segments, last));
      f = v128.load(KEPT);
      s = v128.load(KEPT, 16);
      p = v128.load(KEPT, 32);
      d = v128.load(KEPT, 48);
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, e, 48);
    unmapped = countNoIds(countNoIds(countNoIds(countNoIds(unmapped, a), b), c), e);
  }
  blocksInOne = inOne;
  return sumOfLanes(unmapped);
}
