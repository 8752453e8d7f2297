import type { SegmentTable } from "./flat-route.ts";
import { NO_ID } from "./id.ts";
import { type Piece, type Pieces, piecesOf, spanOf } from "./segment-columns.ts";
import type { Kernels } from "./wasm-kernels.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/** The most extents for which holding every id against all of them is faster than looking them up (measured). */
const MOST_EXTENTS = 12;
/** Half of the range of a u32: numbers moved by it are ordered by a signed comparison. */
export const BIAS = 0x8000_0000;

/** Sizes and places in bytes: assembly/segment.ts, vertical.ts and blocks.ts say what lies there. */
const TABLE_BYTES = 64;
const SEGMENT_BYTES = 16;
const EXTENT_BYTES = 48;
const SENTINELS = 15;
const ROOT_ALIGNMENT = 512;
const BLOCKS_PLACE = 20;
const ROOT_PLACE = 32;
const ROW_BITS_PLACE = 36;
/** The largest blocks of a row: 2 to the power of this ids. Smaller ones take more of the caches (measured). */
const MOST_ROW_BITS = 9;
/** The blocks of a row for each segment that begins in it, so that few blocks lie in several (measured). */
const BLOCKS_A_SEGMENT = 16;
/** The most blocks that a row is cut into for that. */
const MANY_BLOCKS = 131_072;
/** The longest row of the largest blocks. Beyond, a root and nodes take less (measured). */
const MOST_BLOCKS = 65_536;
/** The most bytes of a list of what each id becomes for which reading it beats the blocks: it fits the caches (measured). */
const MOST_LIST_BYTES = 524_288;

/** A segment table in Wasm memory. */
export class WasmTable {
  /** Where the table stands; its fields are read by the kernels. */
  readonly address: number;
  readonly segments: number;
  readonly segmentCount: number;
  /** The first id of the last segment: all larger ids are its. */
  readonly top: number;
  /** How many ids lie between the first segment and the last. */
  readonly breadth: number;
  /** Has it few extents and one hole, so that the vertical kernel serves? */
  readonly isVertical: boolean;
  readonly #memory: WasmMemory;
  readonly #kernels: Kernels;
  readonly #rows = new Map<number, number>();
  #root: number | null = null;
  #list: number | null = null;

  constructor(memory: WasmMemory, kernels: Kernels, table: SegmentTable) {
    const split = piecesOf(table);
    const pieces = split && split.pieces.length <= MOST_EXTENTS ? split.pieces : [];
    this.#memory = memory;
    this.#kernels = kernels;
    this.segmentCount = table.length;
    this.top = table.at(-1)?.first ?? 0;
    this.breadth = this.top - (table.at(1)?.first ?? 0);
    this.isVertical = split !== null && split.pieces.length <= MOST_EXTENTS;
    const segmentsBytes = SEGMENT_BYTES * (table.length + SENTINELS);
    this.address = memory.take(TABLE_BYTES + segmentsBytes + EXTENT_BYTES * pieces.length);
    this.segments = this.address + TABLE_BYTES;
    const extents = this.segments + segmentsBytes;
    const hole = split?.hole ?? 0;
    const { words } = memory;
    const isBiased = split && isAmbiguous(split) ? 1 : 0;
    words.set(
      [this.segments, table.length, extents, pieces.length, hole, 0, isBiased, 0, 0, 0, 0, 0, this.top],
      this.address >>> 2,
    );
    let at = this.segments >>> 2;
    for (const { pin, delta, first, number } of table) {
      words[at] = pin;
      words[at + 1] = delta;
      words[at + 2] = first;
      words[at + 3] = number;
      at += 4;
    }
    words.fill(0, at, at + 4 * SENTINELS);
    at = extents >>> 2;
    for (const { first, span, delta } of pieces)
      at = writeFourfold(words, at, [first ^ BIAS, span ^ BIAS, delta - hole - 1]);
  }

  get hasBlocks(): boolean {
    return this.#rows.size > 0 || this.#root !== null;
  }

  /** Is a row of the table's blocks short enough to be one? */
  get isCompact(): boolean {
    return this.top >>> MOST_ROW_BITS < MOST_BLOCKS;
  }

  get root(): number {
    return Math.ceil((this.#root ?? 0) / ROOT_ALIGNMENT) * ROOT_ALIGNMENT;
  }

  /** Write down which segments hold each block of ids. @throws UsernsError ERR_ENGINE_MEMORY */
  buildBlocks(): void {
    if (!this.isCompact) {
      this.buildRoot();
      return;
    }
    const bits = rowBits([this]);
    const row = this.buildRow(bits);
    const { words } = this.#memory;
    words[(this.address + BLOCKS_PLACE) >>> 2] = row;
    words[(this.address + ROW_BITS_PLACE) >>> 2] = bits;
  }

  /** The address of a row of blocks of so many bits. @throws UsernsError ERR_ENGINE_MEMORY */
  buildRow(bits: number): number {
    const built = this.#rows.get(bits);
    if (built !== undefined) return built;
    const row = this.#memory.take(4 * ((this.top >>> bits) + 1));
    this.#rows.set(bits, row);
    this.#kernels.buildRow(this.address, row, bits);
    return row;
  }

  /** The blocks below a root, whatever the table. @throws UsernsError ERR_ENGINE_MEMORY */
  buildRoot(): void {
    if (this.#root !== null) return;
    this.#root = this.#memory.take((this.#kernels.rootBytes(this.address) >>> 0) + ROOT_ALIGNMENT);
    this.#kernels.buildRoot(this.address, this.root);
    this.#memory.words[(this.address + ROOT_PLACE) >>> 2] = this.root;
  }

  /** Build what makes many 32-bit ids fastest. @throws UsernsError ERR_ENGINE_MEMORY */
  prepareForMany(): void {
    if (this.isVertical) return;
    this.buildBlocks();
    if (this.#list !== null) return;
    const bytes = this.#kernels.listBytes(this.address) >>> 0;
    if (bytes === 0 || bytes > MOST_LIST_BYTES) return;
    this.#list = this.#memory.take(bytes);
    this.#kernels.buildList(this.address, this.#list);
  }

  free(): void {
    this.#memory.give(this.address);
    if (this.#list !== null) this.#memory.give(this.#list);
    for (const row of this.#rows.values()) this.#memory.give(row);
    if (this.#root !== null) this.#memory.give(this.#root);
  }
}

/** How large the blocks of some tables' rows should be, the same in all: 2 to the power of this. */
export function rowBits(tables: readonly WasmTable[]): number {
  const longest = Math.max(...tables.map(({ top }) => top));
  const isCrowded = (bits: number) =>
    tables.some(({ breadth, segmentCount }) => breadth >>> bits < BLOCKS_A_SEGMENT * segmentCount);
  let bits = MOST_ROW_BITS;
  while (bits > 0 && isCrowded(bits) && longest >>> (bits - 1) < MANY_BLOCKS) bits--;
  return bits;
}

/** Could an id that a piece moves be taken for a hole, or is there no piece? Then the kernel has to look closer. */
function isAmbiguous({ pieces, hole }: Pieces): boolean {
  const givesNoId = ({ first, span, delta }: Piece) => (NO_ID - delta - first) >>> 0 <= span;
  return hole !== NO_ID || pieces.length === 0 || pieces.some((piece) => piece.delta === NO_ID || givesNoId(piece));
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
