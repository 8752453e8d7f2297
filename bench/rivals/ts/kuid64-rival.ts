import type { FlatRoute } from "../../../src/core/index.ts";

/** One way to handle packed 64-bit ids (id, then number, little-endian) in TypeScript. It holds one route at a time. */
export interface Kuid64Rival {
  readonly name: string;
  pack(ids: Uint32Array, numbers: Uint32Array, packed: Uint32Array): void;
  unpack(packed: Uint32Array, ids: Uint32Array, numbers: Uint32Array): void;
  /** Take over a route that ends in ids inside a namespace. @returns false when this way does not serve it */
  load(flat: FlatRoute): boolean;
  translate(from: Uint32Array, to: Uint32Array): void;
  /** The same with ids and numbers in arrays of their own; the numbers that come out are all 0 and not written. */
  translateSplit(ids: Uint32Array, numbers: Uint32Array, to: Uint32Array): void;
}
