import { flattenRoute, lastOf, lineOf, MAX_ID, type Range, type SegmentTable, walk } from "../../core/index.ts";
import type { Band, Chain } from "./chain.ts";

/** Ids that stay together between two columns: a ribbon. */
export interface Piece {
  readonly from: PlacedRange;
  readonly to: PlacedRange;
  /** `uid_map of container, line 2`; every map but that of the initial namespace. */
  readonly lines: readonly string[];
  /** Ribbons of one tint follow one another from column to column. */
  readonly tint: number;
}

/** A range of ids of one lane: classical ids (number 0), or those of an isolated namespace. */
export interface PlacedRange extends Range {
  readonly number: number;
}

/** Kinds of paint that there are; the next ribbon begins anew. */
export const TINTS = 6;

/**
 * The ribbons of every band, from the innermost namespace outward: what {@link flattenRoute} makes of its route, which is
 * what the engine runs.
 */
export function piecesOf({ bands }: Chain): readonly (readonly Piece[])[] {
  const all: Piece[][] = [];
  let next = 0;
  for (const band of bands) {
    const before = all.at(-1) ?? [];
    const pieces = rangesOf(band).map(({ from, to }) => {
      const tint = before.find((piece) => isMet(piece.to, from))?.tint ?? next++ % TINTS;
      return { from, to, lines: linesOf(band, from), tint };
    });
    all.push(pieces);
  }
  return all;
}

function isMet(a: PlacedRange, b: PlacedRange): boolean {
  return a.number === b.number && a.first <= lastOf(b) && b.first <= lastOf(a);
}

function rangesOf({ outward }: Band): Pick<Piece, "from" | "to">[] {
  return [...flattenRoute(outward).tables].flatMap(([number, table]) => rangesOfTable(table, number));
}

function rangesOfTable(table: SegmentTable, number: number): Pick<Piece, "from" | "to">[] {
  return table.flatMap((segment, index) => {
    const { first } = segment;
    if (segment.pin !== 0 || first > MAX_ID) return [];
    const count = (table[index + 1]?.first ?? MAX_ID + 1) - first;
    const to = { first: (first + segment.delta) >>> 0, count, number: segment.number };
    return [{ from: { first, count, number }, to }];
  });
}

function linesOf({ outward }: Band, { first, number }: PlacedRange): string[] {
  return walk(outward, { id: first, number }).flatMap(({ hop, from, line }) => {
    if (hop.name === "initial namespace") return [];
    const side = hop.direction === "down" ? "inside" : "lower";
    const found = line ?? lineOf(hop.map, from.id, side);
    return [found === null ? `${hop.name}, ids are kept` : `${hop.name}, line ${found}`];
  });
}
