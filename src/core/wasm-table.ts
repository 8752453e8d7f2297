import type { SegmentTable } from "./flat-route.ts";
import { NO_ID } from "./id.ts";
import { type Piece, type Pieces, piecesOf, spanOf } from "./segment-columns.ts";
import type { Kernels } from "./wasm-kernels.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/** The most extents for which holding every id against all of them is faster than the trie (measured). */
const MOST_EXTENTS = 12;
/** A trie's leaves hold indexes of 16 bits. */
const MOST_TRIE_SEGMENTS = 65_536;
/** Half of the range of a u32: numbers moved by it are ordered by a signed comparison. */
const BIAS = 0x8000_0000;

/** Sizes and places in bytes: assembly/segment.ts, vertical.ts and trie.ts say what lies there. */
const TABLE_BYTES = 32;
const SEGMENT_BYTES = 16;
const EXTENT_BYTES = 48;
const TRIE_ALIGNMENT = 1024;
const TRIE_PLACE = 20;
const LIST_PLACE = 28;
/** The most bytes of a list of what each id becomes for which reading it beats the trie: it fits the caches (measured). */
const MOST_LIST_BYTES = 524_288;

/** A segment table in Wasm memory. */
export class WasmTable {
  /** Where the table stands; its fields are read by the kernels. */
  readonly address: number;
  readonly segments: number;
  readonly segmentCount: number;
  /** Has it few extents and one hole, so that the vertical kernel serves? */
  readonly isVertical: boolean;
  readonly #memory: WasmMemory;
  readonly #kernels: Kernels;
  #trie: number | null = null;
  #list: number | null = null;

  constructor(memory: WasmMemory, kernels: Kernels, table: SegmentTable) {
    const split = piecesOf(table);
    const pieces = split && split.pieces.length <= MOST_EXTENTS ? split.pieces : [];
    this.#memory = memory;
    this.#kernels = kernels;
    this.segmentCount = table.length;
    this.isVertical = split !== null && split.pieces.length <= MOST_EXTENTS;
    const segmentsBytes = SEGMENT_BYTES * (table.length + 1);
    this.address = memory.take(TABLE_BYTES + segmentsBytes + EXTENT_BYTES * pieces.length);
    this.segments = this.address + TABLE_BYTES;
    const extents = this.segments + segmentsBytes;
    const hole = split?.hole ?? 0;
    const { words } = memory;
    const isBiased = split && isAmbiguous(split) ? 1 : 0;
    words.set([this.segments, table.length, extents, pieces.length, hole, 0, isBiased, 0], this.address >>> 2);
    let at = this.segments >>> 2;
    for (const { pin, delta, first, number } of table) {
      words[at] = pin;
      words[at + 1] = delta;
      words[at + 2] = first;
      words[at + 3] = number;
      at += 4;
    }
    words.fill(0, at, at + 4);
    at = extents >>> 2;
    for (const { first, span, delta } of pieces)
      at = writeFourfold(words, at, [first ^ BIAS, span ^ BIAS, delta - hole - 1]);
  }

  get hasTrie(): boolean {
    return this.#trie !== null;
  }

  /** Build the trie, unless it stands or cannot hold so many segments. @throws UsernsError ERR_ENGINE_MEMORY */
  buildTrie(): void {
    if (this.#trie !== null || this.segmentCount > MOST_TRIE_SEGMENTS) return;
    const bytes = this.#kernels.trieBytes(this.address) >>> 0;
    this.#trie = this.#memory.take(bytes + TRIE_ALIGNMENT);
    const trie = Math.ceil(this.#trie / TRIE_ALIGNMENT) * TRIE_ALIGNMENT;
    this.#kernels.buildTrie(this.address, trie, bytes);
    this.#memory.words[(this.address + TRIE_PLACE) >>> 2] = trie;
  }

  /** Build what makes many 32-bit ids fastest. @throws UsernsError ERR_ENGINE_MEMORY */
  prepareForMany(): void {
    if (this.isVertical) return;
    this.buildTrie();
    if (this.#list !== null) return;
    const bytes = this.#kernels.listBytes(this.address) >>> 0;
    if (bytes === 0 || bytes > MOST_LIST_BYTES) return;
    this.#list = this.#memory.take(bytes);
    this.#kernels.buildList(this.address, this.#list);
    this.#memory.words[(this.address + LIST_PLACE) >>> 2] = this.#list;
  }

  free(): void {
    this.#memory.give(this.address);
    if (this.#list !== null) this.#memory.give(this.#list);
    if (this.#trie !== null) this.#memory.give(this.#trie);
  }
}

/** Could an id that a piece moves be taken for a hole? Then the kernel has to look closer. */
function isAmbiguous({ pieces, hole }: Pieces): boolean {
  const givesNoId = ({ first, span, delta }: Piece) => (NO_ID - delta - first) >>> 0 <= span;
  return hole !== NO_ID || pieces.some((piece) => piece.delta === NO_ID || givesNoId(piece));
}

/**
 * Write values as the vector kernels read them: each in four words.
 *
 * @param at  a place in words
 * @returns   the place behind them
 */
export function writeFourfold(words: Uint32Array, at: number, values: readonly number[]): number {
  for (const [index, value] of values.entries()) words.fill(value, at + 4 * index, at + 4 * index + 4);
  return at + 4 * values.length;
}

/** What a rule or an extent holds of a segment. */
export function biasedRange(table: SegmentTable, index: number): readonly [first: number, span: number] {
  return [(table[index]?.first ?? 0) ^ BIAS, spanOf(table, index) ^ BIAS];
}
