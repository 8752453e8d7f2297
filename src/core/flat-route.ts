import type { Extent } from "./extent.ts";
import { NO_ID } from "./id.ts";
import { CLASSICAL, type NamespaceNumber } from "./kuid64.ts";
import { follow, type Hop, type PlacedId, type Route } from "./route.ts";

/**
 * One segment of a flattened route. It covers the ids from `first` to the next segment's `first`; an id of it becomes
 * `(id | pin) + delta` (mod 2³²), tagged with `number`. A `pin` of 0 shifts; a `pin` of 2³²−1 gives every id of the
 * segment the same value, `delta − 1`: so are "not mapped", the overflow id and a creator's id held.
 */
export interface Segment {
  readonly first: number;
  readonly pin: 0 | 0xffff_ffff;
  readonly delta: number;
  readonly number: NamespaceNumber;
}

/** Segments in ascending order that cover all of 0 … 2³²−1; the first begins at 0, and no two neighbours are alike. */
export type SegmentTable = readonly Segment[];

/**
 * A route in one step: a table for each namespace number that the route knows (number 0: classical ids and ids inside
 * a namespace), and one answer for the ids of every other namespace.
 */
export interface FlatRoute {
  readonly tables: ReadonlyMap<NamespaceNumber, SegmentTable>;
  readonly other: PlacedId;
}

const PINNED = 0xffff_ffff;

function pinnedTo(first: number, to: PlacedId): Segment {
  return { first, pin: PINNED, delta: (to.id + 1) >>> 0, number: to.number };
}

function shifted(first: number, delta: number, number: NamespaceNumber): Segment {
  return { first, pin: 0, delta: delta >>> 0, number };
}

/** What a segment makes of an id that it covers. */
export function applySegment(segment: Segment, id: number): PlacedId {
  return { id: ((id | segment.pin) + segment.delta) >>> 0, number: segment.number };
}

/** The index of the segment that covers `id`. */
export function segmentIndex(table: SegmentTable, id: number): number {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const segment = table[middle];
    if (segment && segment.first <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where a flattened route takes one id: the plain reading of the table, against which the engines are tested. */
export function followFlat(flat: FlatRoute, from: PlacedId): PlacedId {
  const table = flat.tables.get(from.number);
  const segment = table?.[segmentIndex(table, from.id)];
  return segment ? applySegment(segment, from.id) : flat.other;
}

/**
 * Flatten a route of any length into one table a namespace number.
 *
 * A route that begins with a hop down takes ids inside a namespace, and has one table, under number 0; one that begins
 * with a hop up takes kernel ids, and has a table for each number that one of its hops names.
 * The number of segments is bounded by the sum of the lines of the route's maps, twice (mapped pieces and holes).
 *
 * @example flattenRoute([{ direction: "down", map: idMap([{ first: 0, lowerFirst: 7, count: 9 }]), name: "uid_map" }]).tables.get(0)
 *          // [{ first: 0, pin: 0, delta: 7, number: 0 }, { first: 9, pin: 4294967295, delta: 0, number: 0 }]
 */
export function flattenRoute(route: Route): FlatRoute {
  const known = new Set<NamespaceNumber>([CLASSICAL]);
  if (route[0]?.direction !== "down") for (const hop of route) for (const number of numbersOf(hop)) known.add(number);
  const hops = route.map(hopTables);
  const tables = new Map<NamespaceNumber, SegmentTable>();
  for (const number of known) {
    const start: SegmentTable = [shifted(0, 0, number)];
    tables.set(number, hops.reduce(thenThrough, start));
  }
  return { tables, other: follow(route, { id: 0, number: unknownTo(known) }) };
}

function numbersOf(hop: Hop): NamespaceNumber[] {
  return [...(hop.number ? [hop.number] : []), ...(hop.shown?.creators.keys() ?? []), ...(hop.bare ?? [])];
}

function unknownTo(known: ReadonlySet<NamespaceNumber>): NamespaceNumber {
  let number = 1;
  while (known.has(number)) number++;
  return number;
}

/** A hop's own tables: what it does to ids of each number. */
function hopTables(hop: Hop): FlatRoute {
  const number = hop.number ?? CLASSICAL;
  const tables = new Map<NamespaceNumber, SegmentTable>();
  const hole = (from: PlacedId) => follow([hop], from);
  if (hop.direction === "down") {
    const none = hole({ id: NO_ID, number: CLASSICAL });
    const isKept = (first: number) => number !== CLASSICAL && first !== NO_ID;
    const table = tableOf(hop.map.byFirst, (first) =>
      isKept(first) ? shifted(first, 0, number) : pinnedTo(first, none),
    );
    if (table.at(-1)?.first !== NO_ID) append(table, pinnedTo(NO_ID, none));
    tables.set(CLASSICAL, table);
    return { tables, other: none };
  }
  const unmapped = hole({ id: NO_ID, number: CLASSICAL });
  const upward = (number: NamespaceNumber) =>
    tableOf(hop.map.byLower, (first) => pinnedTo(first, hole({ id: NO_ID, number })));
  tables.set(CLASSICAL, upward(CLASSICAL));
  for (const foreign of hop.shown?.creators.keys() ?? [])
    tables.set(foreign, [pinnedTo(0, hole({ id: NO_ID, number: foreign }))]);
  for (const bare of hop.bare ?? []) tables.set(bare, upward(bare));
  if (number !== CLASSICAL)
    tables.set(number, [shifted(0, 0, CLASSICAL), pinnedTo(NO_ID, hole({ id: NO_ID, number }))]);
  return { tables, other: unmapped };
}

/** Classical extents, sorted, and what stands in the holes between them. */
function tableOf(sorted: readonly Extent[], holeAt: (first: number) => Segment): Segment[] {
  const table: Segment[] = [];
  let next = 0;
  for (const { first, lowerFirst, count } of sorted) {
    if (first > next) append(table, holeAt(next));
    append(table, shifted(first, lowerFirst - first, CLASSICAL));
    next = first + count;
  }
  append(table, holeAt(next));
  return table;
}

/** Send what a table gives on through a hop. */
function thenThrough(table: SegmentTable, hop: FlatRoute): SegmentTable {
  const out: Segment[] = [];
  for (const [index, segment] of table.entries()) {
    if (segment.pin !== 0) {
      append(out, pinnedTo(segment.first, followFlat(hop, applySegment(segment, segment.first))));
      continue;
    }
    const next = hop.tables.get(segment.number);
    if (!next) {
      append(out, pinnedTo(segment.first, hop.other));
      continue;
    }
    const last = (table[index + 1]?.first ?? NO_ID + 1) - 1;
    const from = (segment.first + segment.delta) >>> 0;
    const to = (last + segment.delta) >>> 0;
    for (let k = segmentIndex(next, from); k < next.length; k++) {
      const piece = next[k];
      if (!piece || piece.first > to) break;
      const first = piece.first <= from ? segment.first : segment.first + (piece.first - from);
      const delta = piece.pin === 0 ? (segment.delta + piece.delta) >>> 0 : piece.delta;
      append(out, { first, pin: piece.pin, delta, number: piece.number });
    }
  }
  return out;
}

function append(table: Segment[], segment: Segment): void {
  const top = table.at(-1);
  if (top && top.pin === segment.pin && top.delta === segment.delta && top.number === segment.number) return;
  table.push(segment);
}
