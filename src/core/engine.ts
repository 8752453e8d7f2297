import type { AccessTable } from "./access.ts";
import type { FlatRoute } from "./flat-route.ts";
import type { NamespaceNumber } from "./kuid64.ts";
import type { PlacedId } from "./route.ts";

/**
 * Ids, or 64-bit kernel ids, in an engine's own memory.
 *
 * `view` must be asked for again after anything was allocated, loaded or translated: an engine takes memory for its
 * tables when they begin to pay, and Wasm memory that has grown leaves old views empty.
 */
export interface Column {
  readonly length: number;
  /** The column's bytes as u32s, no copy: one an id; two a kuid64 (id, then number). */
  view(): Uint32Array;
  /** Give the memory back. The column must not be used afterwards. */
  free(): void;
}

/** Where ids are read or written: a column of the engine that translates, or any array of JavaScript's. */
export type Ids = Column | Uint32Array;

/** A flattened route, loaded into an engine. */
export interface Translator {
  /**
   * One id inside or one classical kernel id.
   *
   * @returns the id it becomes; NO_ID when not mapped, and for a number that is no id. A namespace number is dropped:
   *          see {@link Translator.place}.
   */
  one(id: number): number;
  /** One id with its namespace number. */
  place(id: number, number: NamespaceNumber): PlacedId;
  /**
   * Translate 32-bit ids of number 0, for routes that end in such ids.
   *
   * @param to  as long as `from`; `from` itself (the default) to translate in place
   * @returns   how many ids became NO_ID
   * @throws    UsernsError ERR_COLUMN when the lengths differ, when the columns are another engine's or were freed, or
   *            when the two overlap without beginning at the same id; ERR_ENGINE_MEMORY when there is no room for tables
   */
  ids(from: Ids, to?: Ids): number;
  /**
   * Translate packed 64-bit ids: id and number in turn, two u32s each.
   *
   * @returns how many got an id half of NO_ID
   */
  packed(from: Ids, to?: Ids): number;
  /**
   * Translate split 64-bit ids: ids in one column and namespace numbers in another.
   *
   * @param toNumbers  may be left out when the route ends in ids inside a namespace (every number is then 0)
   * @returns how many got an id half of NO_ID
   */
  split(fromIds: Ids, fromNumbers: Ids, toIds?: Ids, toNumbers?: Ids): number;
  /** Give the tables' memory back. */
  free(): void;
}

/**
 * Where a tar header has what is changed there, in bytes; assembly/header.ts has the same.
 *
 * @source POSIX pax, "ustar Interchange Format"
 */
export const HEADER_PLACES = { uid: 108, gid: 116, checksum: 148, fieldBytes: 8, bytes: 512 } as const;

/** What {@link HeaderShifter.shift} did. */
export const HEADER = {
  /** Both owners are translated and the checksum is right again. */
  shifted: 0,
  /** Nothing to do or nothing changed: the block is all zero. */
  empty: 1,
  /** Untouched: an owner is not in plain octal, or does not fit where it was; the caller's slower path decides. */
  unusual: 2,
  /** Untouched: the stored checksum is not the sum of the header's bytes. */
  badChecksum: 3,
  /** Untouched: the user id, the group id or both are not mapped. */
  unmapped: 4,
} as const;

/** Rewrites the owners in tar headers, one block of 512 bytes at a time, keeping every byte that is not theirs. */
export interface HeaderShifter {
  /**
   * Translate the uid and gid fields of the header at `bytes[offset … offset + 512)`, and its checksum.
   *
   * An octal field keeps its form: the number of digits, leading blanks or zeros, and the terminator. The checksum
   * likewise. Form and width are kept so that shifting back gives the same bytes.
   *
   * @returns one of {@link HEADER}
   */
  shift(bytes: Uint8Array, offset: number): (typeof HEADER)[keyof typeof HEADER];
}

/** The bulk half of the library. Two implementations give the same answers: Wasm, and its twin in TypeScript. */
export interface Engine {
  /** Which implementation this is. */
  readonly name: "wasm" | "typescript";
  /** Why the twin serves where Wasm was asked for; undefined when the engine is the one that was asked for. */
  readonly fallback?: string;
  /** A column of `length` u32s, all 0. @throws UsernsError ERR_ENGINE_MEMORY */
  alloc(length: number): Column;
  /** Load a flattened route. @throws UsernsError ERR_ENGINE_MEMORY */
  load(route: FlatRoute): Translator;
  /** Put ids and numbers together: `packed[2i] = ids[i]`, `packed[2i + 1] = numbers[i]`. */
  pack(ids: Ids, numbers: Ids, packed: Ids): void;
  /** Take packed 64-bit ids apart. */
  unpack(packed: Ids, ids: Ids, numbers: Ids): void;
  /** A rewriter of tar headers with these two translators of this engine. */
  headers(uids: Translator, gids: Translator): HeaderShifter;
  /** A table of `length` inodes, to be asked who may do what with them. @throws UsernsError ERR_ENGINE_MEMORY */
  accessTable(length: number): AccessTable;
}
