import type { IdMap, SegmentTable } from "../../../src/core/index.ts";

/**
 * One way to translate 32-bit ids in bulk in TypeScript.
 *
 * A rival is a module with state: the fastest ones keep their tables in typed arrays that are constants of the module,
 * which V8 compiles into the code. It holds one map at a time. It does not count ids that are not mapped, which the
 * engine does: the comparison leans towards the rival.
 */
export interface TsRival {
  readonly name: string;
  /**
   * Take a map over.
   *
   * @param table  the flattened route down through the map
   * @param map    the map itself; null when the table came from a route of several hops
   * @returns      false when this way does not serve such a map (too many extents, ids too large for its tables)
   */
  load(table: SegmentTable, map: IdMap | null): boolean;
  /** Translate; `to` is as long as `from`. */
  run(from: Uint32Array, to: Uint32Array): void;
}

/** The same bytes as signed numbers: V8 needs no check for values above 2³¹ − 1 on them. */
export function signed(ids: Uint32Array): Int32Array {
  return new Int32Array(ids.buffer, ids.byteOffset, ids.length);
}

/** The most segments that a rival's constant tables hold. */
export const MOST_SEGMENTS = 2048;
