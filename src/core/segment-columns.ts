import type { FlatRoute, SegmentTable } from "./flat-route.ts";
import { isId, NO_ID } from "./id.ts";
import { CLASSICAL, type NamespaceNumber, NO_KUID64 } from "./kuid64.ts";
import type { PlacedId } from "./route.ts";

/** A segment table in typed arrays, for lookups one by one. */
export interface SegmentColumns {
  readonly firsts: Uint32Array;
  readonly pins: Uint32Array;
  readonly deltas: Uint32Array;
  readonly numbers: Uint32Array;
}

export function columnsOf(table: SegmentTable): SegmentColumns {
  const empty = () => new Uint32Array(table.length);
  const columns = { firsts: empty(), pins: empty(), deltas: empty(), numbers: empty() };
  let at = 0;
  for (const { first, pin, delta, number } of table) {
    columns.firsts[at] = first;
    columns.pins[at] = pin;
    columns.deltas[at] = delta;
    columns.numbers[at++] = number;
  }
  return columns;
}

/** The index of the segment that covers `id`. */
export function findColumn(firsts: Uint32Array, id: number): number {
  let at = 0;
  for (let left = firsts.length; left > 1; ) {
    const half = left >>> 1;
    if ((firsts[at + half] ?? 0) <= id) at += half;
    left -= half;
  }
  return at;
}

/** The last id that a segment covers, less its first. */
export function spanOf(table: SegmentTable, index: number): number {
  return (table[index + 1]?.first ?? NO_ID + 1) - (table[index]?.first ?? 0) - 1;
}

/** The ids `first … first + span`, which are shifted. */
export interface Piece {
  readonly first: number;
  readonly span: number;
  readonly delta: number;
}

/** A table as the pieces that it shifts, where all its other ids become one: `hole`. */
export interface Pieces {
  readonly pieces: readonly Piece[];
  readonly hole: number;
}

/** @returns null when the other ids become several */
export function piecesOf(table: SegmentTable): Pieces | null {
  const pieces: Piece[] = [];
  let hole: number | null = null;
  for (const [index, { first, pin, delta }] of table.entries()) {
    if (pin === 0) pieces.push({ first, span: spanOf(table, index), delta });
    else if (hole === null || hole === delta) hole = delta;
    else return null;
  }
  return { pieces, hole: ((hole ?? 0) - 1) >>> 0 };
}

/** The table of classical ids, which every route has; of one that names none, `other` for all. */
export function classicalTable({ tables, other }: FlatRoute): SegmentTable {
  return tables.get(CLASSICAL) ?? [{ first: 0, pin: NO_ID, delta: (other.id + 1) >>> 0, number: other.number }];
}

/** Does the route give numbers that are not 0? */
export function givesNumbers({ tables, other }: FlatRoute): boolean {
  const gives = ({ number }: { readonly number: NamespaceNumber }) => number !== CLASSICAL;
  return gives(other) || [...tables.values()].some((table) => table.some(gives));
}

/** The answers that both engines give one by one, from the same columns. */
export class Lookups {
  readonly #tables: ReadonlyMap<NamespaceNumber, SegmentColumns>;
  readonly #classical: SegmentColumns;
  readonly #other: PlacedId;

  constructor(route: FlatRoute) {
    this.#tables = new Map(Array.from(route.tables, ([number, table]) => [number, columnsOf(table)]));
    this.#classical = this.#tables.get(CLASSICAL) ?? columnsOf(classicalTable(route));
    this.#other = route.other;
  }

  one(id: number): number {
    if (!isId(id)) return NO_ID;
    const { firsts, pins, deltas } = this.#classical;
    const at = findColumn(firsts, id);
    return ((id | (pins[at] ?? 0)) + (deltas[at] ?? 0)) >>> 0;
  }

  place(id: number, number: NamespaceNumber): PlacedId {
    if (!isId(id)) return NO_KUID64;
    const table = this.#tables.get(number);
    if (!table) return this.#other;
    const at = findColumn(table.firsts, id);
    return { id: ((id | (table.pins[at] ?? 0)) + (table.deltas[at] ?? 0)) >>> 0, number: table.numbers[at] ?? 0 };
  }
}
