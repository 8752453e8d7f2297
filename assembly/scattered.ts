/**
 * Ids each by itself: four at a time through the trie, or, for a table whose segments lie close together, through a list
 * of what each id becomes, one load an id.
 *
 * The list is u32[n + 1] for the ids 0 … n, where n is the first id of the last segment, which is pinned: larger ids
 * become what n does.
 */
import { applySegment, DELTA, FIRST, LIST, NEXT_FIRST, SEGMENT_BYTES, SEGMENT_COUNT, SEGMENTS, TRIE } from "./segment";
import { segmentInTrie } from "./trie";

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
function translateFour(trie: usize, segments: usize, from: usize): v128 {
  const s0 = segmentInTrie(trie, segments, load<u32>(from));
  const s1 = segmentInTrie(trie, segments, load<u32>(from, 4));
  const s2 = segmentInTrie(trie, segments, load<u32>(from, 8));
  const s3 = segmentInTrie(trie, segments, load<u32>(from, 12));
  return applyFour(v128.load(from), s0, s1, s2, s3);
}

/** What four ids at an address become by the list. */
// @ts-ignore: decorator
@inline
function readFour(list: usize, top: u32, from: usize): v128 {
  const v0 = v128.load32_zero(list + (<usize>min(load<u32>(from), top) << 2));
  const v1 = v128.load32_lane(list + (<usize>min(load<u32>(from, 4), top) << 2), v0, 1);
  const v2 = v128.load32_lane(list + (<usize>min(load<u32>(from, 8), top) << 2), v1, 2);
  return v128.load32_lane(list + (<usize>min(load<u32>(from, 12), top) << 2), v2, 3);
}

// @ts-ignore: decorator
@inline
function lastSegment(table: usize): usize {
  return load<usize>(table, SEGMENTS) + <usize>(load<u32>(table, SEGMENT_COUNT) - 1) * SEGMENT_BYTES;
}

/** `length` ids (a multiple of 4), each by itself. @returns lanes whose sum is how many became NO_ID, negative */
export function lookUp(table: usize, from: usize, to: usize, length: u32): v128 {
  const list = load<usize>(table, LIST);
  const trie = load<usize>(table, TRIE);
  const segments = load<usize>(table, SEGMENTS);
  const top = load<u32>(lastSegment(table), FIRST);
  let noIds = i32x4.splat(0);
  const end = from + (<usize>length << 2);
  if (list != 0)
    for (; from < end; from += 16, to += 16) {
      const out = readFour(list, top, from);
      v128.store(to, out);
      noIds = i32x4.add(noIds, i32x4.eq(out, i32x4.splat(-1)));
    }
  else
    for (; from < end; from += 16, to += 16) {
      const out = translateFour(trie, segments, from);
      v128.store(to, out);
      noIds = i32x4.add(noIds, i32x4.eq(out, i32x4.splat(-1)));
    }
  return noIds;
}

/** How many bytes the list of a table takes; 0 when it has none because its last segment shifts. */
export function listBytes(table: usize): u32 {
  const last = lastSegment(table);
  return load<u32>(last) == 0 ? 0 : 4 * (load<u32>(last, FIRST) + 1);
}

/** Write a table's list to `list`, a multiple of 4, as large as {@link listBytes} says. */
export function buildList(table: usize, list: usize): void {
  const last = lastSegment(table);
  for (let segment = load<usize>(table, SEGMENTS); segment < last; segment += SEGMENT_BYTES) {
    const end = load<u32>(segment, NEXT_FIRST);
    const pin = load<u32>(segment);
    const delta = load<u32>(segment, DELTA);
    for (let id = load<u32>(segment, FIRST); id < end; id++)
      store<u32>(list + (<usize>id << 2), (id | pin) + delta);
  }
  const top = load<u32>(last, FIRST);
  store<u32>(list + (<usize>top << 2), applySegment(last, top));
}
