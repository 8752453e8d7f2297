/** Bulk translation of 32-bit ids in TypeScript, on signed views: V8 then needs no check for numbers above 2³¹ − 1. */
import { findColumn, type Piece, type SegmentColumns } from "./segment-columns.ts";

/** Ids between two looks at how many had the segment of the one before them. */
const STRETCH = 4096;
/** Of these, how many must have had another segment for the memory not to pay in the next stretches (measured). */
const TOO_MANY = 640;
/** Stretches without the memory after one in which it did not pay. */
const WITHOUT_MEMORY = 15;

/** The same bytes as signed numbers. */
export function signed(ids: Uint32Array): Int32Array {
  return new Int32Array(ids.buffer, ids.byteOffset, ids.length);
}

/** One piece is mapped, all other ids become `hole`. */
export function translateSingle(from: Int32Array, to: Int32Array, piece: Piece, hole: number): number {
  const first = piece.first | 0;
  const { span } = piece;
  const delta = piece.delta | 0;
  const other = hole | 0;
  let unmapped = 0;
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    const out = (id - first) >>> 0 <= span ? (id + delta) | 0 : other;
    to[k] = out;
    if (out === -1) unmapped++;
  }
  return unmapped;
}

/** Two pieces are mapped, all other ids become `hole`. */
export function translatePair(from: Int32Array, to: Int32Array, one: Piece, two: Piece, hole: number): number {
  const first1 = one.first | 0;
  const delta1 = one.delta | 0;
  const first2 = two.first | 0;
  const delta2 = two.delta | 0;
  const span1 = one.span;
  const span2 = two.span;
  const other = hole | 0;
  let unmapped = 0;
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    const out =
      (id - first1) >>> 0 <= span1 ? (id + delta1) | 0 : (id - first2) >>> 0 <= span2 ? (id + delta2) | 0 : other;
    to[k] = out;
    if (out === -1) unmapped++;
  }
  return unmapped;
}

/** By binary search: for tables that are not used often enough for a trie to pay. */
export function translateBySearch(from: Int32Array, to: Int32Array, table: SegmentColumns): number {
  const { firsts, pins, deltas } = table;
  let unmapped = 0;
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    const at = findColumn(firsts, id >>> 0);
    const out = ((id | (pins[at] ?? 0)) + (deltas[at] ?? 0)) | 0;
    to[k] = out;
    if (out === -1) unmapped++;
  }
  return unmapped;
}

/** Through a trie (see ts-trie.ts): with a memory of the last segment where ids of one come in a row, else four at a time. */
export function translateByTrie(from: Int32Array, to: Int32Array, trie: Int32Array): number {
  let unmapped = 0;
  let withoutMemory = 0;
  for (let start = 0; start < from.length; ) {
    const end = Math.min(from.length, start + STRETCH);
    if (withoutMemory > 0) {
      withoutMemory--;
      unmapped += scattered(from, to, trie, start, end);
    } else {
      const counts = inRows(from, to, trie, start, end);
      unmapped += counts.unmapped;
      if (counts.changes > TOO_MANY) withoutMemory = WITHOUT_MEMORY;
    }
    start = end;
  }
  return unmapped;
}

function scattered(from: Int32Array, to: Int32Array, trie: Int32Array, start: number, end: number): number {
  let unmapped = 0;
  const whole = start + ((end - start) & ~3);
  let k = start;
  for (; k < whole; k += 4) {
    const a = from[k] ?? 0;
    const b = from[k + 1] ?? 0;
    const c = from[k + 2] ?? 0;
    const d = from[k + 3] ?? 0;
    const leafA = trie[(trie[a >>> 16] ?? 0) & ((a >>> 8) | ~255)] ?? 0;
    const leafB = trie[(trie[b >>> 16] ?? 0) & ((b >>> 8) | ~255)] ?? 0;
    const leafC = trie[(trie[c >>> 16] ?? 0) & ((c >>> 8) | ~255)] ?? 0;
    const leafD = trie[(trie[d >>> 16] ?? 0) & ((d >>> 8) | ~255)] ?? 0;
    const segmentA = trie[leafA & (a | ~255)] ?? 0;
    const segmentB = trie[leafB & (b | ~255)] ?? 0;
    const segmentC = trie[leafC & (c | ~255)] ?? 0;
    const segmentD = trie[leafD & (d | ~255)] ?? 0;
    const outA = ((a | (trie[segmentA] ?? 0)) + (trie[segmentA + 1] ?? 0)) | 0;
    const outB = ((b | (trie[segmentB] ?? 0)) + (trie[segmentB + 1] ?? 0)) | 0;
    const outC = ((c | (trie[segmentC] ?? 0)) + (trie[segmentC + 1] ?? 0)) | 0;
    const outD = ((d | (trie[segmentD] ?? 0)) + (trie[segmentD + 1] ?? 0)) | 0;
    to[k] = outA;
    to[k + 1] = outB;
    to[k + 2] = outC;
    to[k + 3] = outD;
    if (outA === -1) unmapped++;
    if (outB === -1) unmapped++;
    if (outC === -1) unmapped++;
    if (outD === -1) unmapped++;
  }
  for (; k < end; k++) {
    const id = from[k] ?? 0;
    const segment = segmentInTrie(trie, id);
    const out = ((id | (trie[segment] ?? 0)) + (trie[segment + 1] ?? 0)) | 0;
    to[k] = out;
    if (out === -1) unmapped++;
  }
  return unmapped;
}

/** The index of the segment that holds an id. */
export function segmentInTrie(trie: Int32Array, id: number): number {
  const leaf = trie[(trie[id >>> 16] ?? 0) & ((id >>> 8) | ~255)] ?? 0;
  return trie[leaf & (id | ~255)] ?? 0;
}

interface Counts {
  readonly unmapped: number;
  /** How often an id had another segment than the one before it. */
  readonly changes: number;
}

function inRows(from: Int32Array, to: Int32Array, trie: Int32Array, start: number, end: number): Counts {
  let segment = segmentInTrie(trie, from[start] ?? 0);
  let pin = trie[segment] ?? 0;
  let delta = trie[segment + 1] ?? 0;
  let first = trie[segment + 2] ?? 0;
  let span = (trie[segment + 3] ?? 0) >>> 0;
  let unmapped = 0;
  let changes = 0;
  for (let k = start; k < end; k++) {
    const id = from[k] ?? 0;
    if ((id - first) >>> 0 > span) {
      changes++;
      segment = segmentInTrie(trie, id);
      pin = trie[segment] ?? 0;
      delta = trie[segment + 1] ?? 0;
      first = trie[segment + 2] ?? 0;
      span = (trie[segment + 3] ?? 0) >>> 0;
    }
    const out = ((id | pin) + delta) | 0;
    to[k] = out;
    if (out === -1) unmapped++;
  }
  return { unmapped, changes };
}
