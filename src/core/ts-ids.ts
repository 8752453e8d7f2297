/** Bulk translation of 32-bit ids in TypeScript, on signed views: V8 then needs no check for numbers above 2³¹ − 1. */
import type { SegmentTable } from "./flat-route.ts";
import { columnsOf, findColumn, type Piece, type Pieces, piecesOf, type SegmentColumns } from "./segment-columns.ts";
import { buildTsTrie, segmentInTrie } from "./ts-trie.ts";

/** Ids translated through a table from which on a trie pays for the time that it takes to build (measured). */
const MANY_IDS = 16_384;
/** Ids between two looks at whether they are scattered over the segments. */
const STRETCH = 4096;
/** Pairs of neighbours looked at, and how many of them may lie in two segments until ids count as scattered. */
const SAMPLES = 32;
const MOST_CHANGES = 3;

/** The same bytes as signed numbers. */
export function signed(ids: Uint32Array): Int32Array {
  return new Int32Array(ids.buffer, ids.byteOffset, ids.length);
}

/** A table of classical ids, run in the way that suits it and the ids. */
export class TsIds {
  readonly #table: SegmentTable;
  readonly #columns: SegmentColumns;
  /** One or two pieces, for which comparing is fastest as long as the processor can guess the answers. */
  readonly #few: Pieces | null;
  #trie: Int32Array | null = null;
  #ids = 0;

  constructor(table: SegmentTable) {
    const pieces = piecesOf(table);
    this.#table = table;
    this.#columns = columnsOf(table);
    this.#few = pieces && (pieces.pieces.length === 1 || pieces.pieces.length === 2) ? pieces : null;
  }

  /** @returns how many became NO_ID */
  translate(from: Int32Array, to: Int32Array): number {
    this.#ids += from.length;
    let unmapped = 0;
    for (let start = 0; start < from.length; start += STRETCH)
      unmapped += this.#stretch(from, to, start, Math.min(start + STRETCH, from.length));
    return unmapped;
  }

  #stretch(from: Int32Array, to: Int32Array, start: number, end: number): number {
    const few = this.#few;
    if (few && (this.#ids < MANY_IDS || !this.#isScattered(from, start, end)))
      return byPieces(from, to, few, start, end);
    if (this.#ids < MANY_IDS) return bySearch(from, to, this.#columns, start, end);
    this.#trie ??= buildTsTrie(this.#table);
    const way = few || this.#isScattered(from, start, end) ? scattered : inRows;
    return way(from, to, this.#trie, start, end);
  }

  #isScattered(from: Int32Array, start: number, end: number): boolean {
    const trie = this.#trie;
    const { firsts } = this.#columns;
    const step = Math.max(1, Math.floor((end - start) / SAMPLES));
    let changes = 0;
    for (let k = start; k + 1 < end; k += step) {
      const [a, b] = [from[k] ?? 0, from[k + 1] ?? 0];
      const isSame = trie
        ? segmentInTrie(trie, a) === segmentInTrie(trie, b)
        : findColumn(firsts, a >>> 0) === findColumn(firsts, b >>> 0);
      if (!isSame) changes++;
    }
    return changes > MOST_CHANGES;
  }
}

// Each way has a loop of its own: one that calls a function for each id takes three times as long (measured).
function byPieces(from: Int32Array, to: Int32Array, { pieces, hole }: Pieces, start: number, end: number): number {
  const [one, two] = pieces;
  if (one && two) return byTwo(from, to, one, two, hole, start, end);
  return one ? byOne(from, to, one, hole, start, end) : 0;
}

/** One piece is mapped, all other ids become `hole`. */
function byOne(from: Int32Array, to: Int32Array, piece: Piece, hole: number, start: number, end: number): number {
  const first = piece.first | 0;
  const { span } = piece;
  const delta = piece.delta | 0;
  const other = hole | 0;
  let unmapped = 0;
  const whole = start + ((end - start) & ~3);
  let k = start;
  for (; k < whole; k += 4) {
    const a = from[k] ?? 0;
    const b = from[k + 1] ?? 0;
    const c = from[k + 2] ?? 0;
    const d = from[k + 3] ?? 0;
    const outA = (a - first) >>> 0 <= span ? (a + delta) | 0 : other;
    const outB = (b - first) >>> 0 <= span ? (b + delta) | 0 : other;
    const outC = (c - first) >>> 0 <= span ? (c + delta) | 0 : other;
    const outD = (d - first) >>> 0 <= span ? (d + delta) | 0 : other;
    to[k] = outA;
    to[k + 1] = outB;
    to[k + 2] = outC;
    to[k + 3] = outD;
    unmapped += isNoId(outA) + isNoId(outB) + isNoId(outC) + isNoId(outD);
  }
  for (; k < end; k++) {
    const id = from[k] ?? 0;
    const out = (id - first) >>> 0 <= span ? (id + delta) | 0 : other;
    to[k] = out;
    unmapped += isNoId(out);
  }
  return unmapped;
}

/** 1 when all bits are set, else 0, without a branch. */
function isNoId(id: number): number {
  return Math.clz32(~id) >>> 5;
}

/** Two pieces are mapped, all other ids become `hole`. */
function byTwo(
  from: Int32Array,
  to: Int32Array,
  one: Piece,
  two: Piece,
  hole: number,
  start: number,
  end: number,
): number {
  const first1 = one.first | 0;
  const delta1 = one.delta | 0;
  const first2 = two.first | 0;
  const delta2 = two.delta | 0;
  const span1 = one.span;
  const span2 = two.span;
  const other = hole | 0;
  let unmapped = 0;
  for (let k = start; k < end; k++) {
    const id = from[k] ?? 0;
    const out =
      (id - first1) >>> 0 <= span1 ? (id + delta1) | 0 : (id - first2) >>> 0 <= span2 ? (id + delta2) | 0 : other;
    to[k] = out;
    unmapped += isNoId(out);
  }
  return unmapped;
}

/** By binary search: for tables that are not used often enough for a trie to pay. */
function bySearch(from: Int32Array, to: Int32Array, table: SegmentColumns, start: number, end: number): number {
  const { firsts, pins, deltas } = table;
  let unmapped = 0;
  for (let k = start; k < end; k++) {
    const id = from[k] ?? 0;
    const at = findColumn(firsts, id >>> 0);
    const out = ((id | (pins[at] ?? 0)) + (deltas[at] ?? 0)) | 0;
    to[k] = out;
    unmapped += isNoId(out);
  }
  return unmapped;
}

/** Through the trie, four ids at a time. */
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
    unmapped += isNoId(outA) + isNoId(outB) + isNoId(outC) + isNoId(outD);
  }
  for (; k < end; k++) {
    const id = from[k] ?? 0;
    const segment = segmentInTrie(trie, id);
    const out = ((id | (trie[segment] ?? 0)) + (trie[segment + 1] ?? 0)) | 0;
    to[k] = out;
    unmapped += isNoId(out);
  }
  return unmapped;
}

/** Through the trie with a memory: an id of the same segment as the one before it needs no lookup. */
function inRows(from: Int32Array, to: Int32Array, trie: Int32Array, start: number, end: number): number {
  let segment = segmentInTrie(trie, from[start] ?? 0);
  let pin = trie[segment] ?? 0;
  let delta = trie[segment + 1] ?? 0;
  let first = trie[segment + 2] ?? 0;
  let span = (trie[segment + 3] ?? 0) >>> 0;
  let unmapped = 0;
  for (let k = start; k < end; k++) {
    const id = from[k] ?? 0;
    if ((id - first) >>> 0 > span) {
      segment = segmentInTrie(trie, id);
      pin = trie[segment] ?? 0;
      delta = trie[segment + 1] ?? 0;
      first = trie[segment + 2] ?? 0;
      span = (trie[segment + 3] ?? 0) >>> 0;
    }
    const out = ((id | pin) + delta) | 0;
    to[k] = out;
    unmapped += isNoId(out);
  }
  return unmapped;
}
