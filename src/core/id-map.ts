import { type ErrorCode, UsernsError } from "./errors.ts";
import { contains, type Extent, fits, flip, lowerOf, overlapOf, type Range, sortedByFirst } from "./extent.ts";
import { type AnyId, isId, type KernelId, type Kind, MAX_ID, NO_ID, type UserId } from "./id.ts";

/**
 * An id map: extents that share no id on either side, in the order they were written.
 *
 * It is a value: made whole by {@link idMap}, never changed. `K` says whether it maps uids, gids or projids; a map of
 * one kind is not accepted where another is asked for.
 */
export interface IdMap<K extends Kind = Kind> {
  readonly kind?: K;
  /** As written; line n of the map's text is `extents[n - 1]`. */
  readonly extents: readonly Extent[];
  /** The same, sorted by inside id. */
  readonly byFirst: readonly Extent[];
  /** The same, flipped (first is the lower id) and sorted by lower id. */
  readonly byLower: readonly Extent[];
}

/** Why a list of extents is not an id map: the line (from 1), and the line it collides with. */
export interface MapFault {
  readonly code: ErrorCode;
  readonly line: number;
  readonly otherLine?: number;
  readonly expected: string;
  readonly got: string;
}

/** `first:lowerFirst:count`, the short form used in messages and on the command line. */
export function showExtent(extent: Extent): string {
  return `${extent.first}:${extent.lowerFirst}:${extent.count}`;
}

/** `first lowerFirst count`, as a line is written to /proc/PID/uid_map and given to newuidmap. */
export function writtenLine({ first, lowerFirst, count }: Extent): string {
  return `${first} ${lowerFirst} ${count}`;
}

/**
 * A line of /proc/PID/uid_map as the kernel shows it: `%10u %10u %10u\n`.
 *
 * @example showMapLine({ first: 0, lowerFirst: 100000, count: 65536 }) // "         0     100000      65536\n"
 */
export function showMapLine({ first, lowerFirst, count }: Extent): string {
  return `${[first, lowerFirst, count].map((value) => String(value).padStart(10)).join(" ")}\n`;
}

/**
 * The first thing that keeps `extents` from being an id map, or null.
 *
 * The engine holds maps of any length (a flattened route has thousands of segments), so the limit of Linux is given
 * by who writes a map.
 *
 * @param maxLines  {@link MAX_MAP_LINES} for a map that a kernel shall take
 * @source user_namespaces(7); vectors/linux-6.18/1_map_write.json
 */
export function findMapFault(extents: readonly Extent[], maxLines = Number.POSITIVE_INFINITY): MapFault | null {
  return findLineFault(extents, maxLines) ?? findOverlap(extents);
}

/** The first line that is no extent, or one too many. */
function findLineFault(extents: readonly Extent[], maxLines: number): MapFault | null {
  if (extents.length > maxLines)
    return {
      code: "ERR_MAP_LINES",
      line: maxLines + 1,
      expected: `at most ${maxLines} lines`,
      got: `${extents.length} lines`,
    };
  for (const [index, extent] of extents.entries()) {
    if (fits(extent) && fits(lowerOf(extent))) continue;
    const found = { line: index + 1, got: showExtent(extent) };
    return extent.count > 0
      ? { code: "ERR_EXTENT_WRAP", expected: `ids and ends of at most ${MAX_ID}, whole and not below 0`, ...found }
      : { code: "ERR_EXTENT_EMPTY", expected: "a count of 1 or more", ...found };
  }
  return null;
}

function findOverlap(extents: readonly Extent[]): MapFault | null {
  return findOverlapOn("inside", extents, (extent) => extent) ?? findOverlapOn("lower", extents, lowerOf);
}

function findOverlapOn(side: string, extents: readonly Extent[], rangeOf: (extent: Extent) => Range): MapFault | null {
  const lines = sortedByFirst(
    extents.map((extent, index) => {
      // Named, not spread: a spread here costs a hundred times as much (measured, 340 lines).
      const { first, count } = rangeOf(extent);
      return { first, count, extent, line: index + 1 };
    }),
  );
  for (const [index, right] of lines.entries()) {
    const left = lines[index - 1];
    const shared = left && overlapOf(left, right);
    if (!shared) continue;
    const [earlier, later] = left.line < right.line ? [left, right] : [right, left];
    return {
      code: "ERR_EXTENT_OVERLAP",
      line: later.line,
      otherLine: earlier.line,
      expected: "ranges that do not overlap",
      got: `${showExtent(later.extent)}, which shares ${side} id ${shared.first} with line ${earlier.line}, ${showExtent(earlier.extent)}`,
    };
  }
  return null;
}

/** Lines each of which could be a map's, that share ids: no map of {@link IdMap}, and still to be shown. */
export class OverlapError extends UsernsError {
  /** All of them, in the order written. */
  readonly extents: readonly Extent[];

  constructor(fault: Pick<MapFault, "expected" | "got">, where: string, extents: readonly Extent[]) {
    super("ERR_EXTENT_OVERLAP", { expected: fault.expected, got: fault.got, where });
    this.extents = extents;
  }
}

/** What {@link idMap} may be told. */
export interface IdMapOptions {
  /** Named in errors: `uid_map` gives `uid_map:3`. */
  readonly where?: string;
  readonly maxLines?: number;
}

/**
 * Make an id map of extents.
 *
 * @throws UsernsError ERR_EXTENT_EMPTY, ERR_EXTENT_WRAP, ERR_MAP_LINES, or {@link OverlapError}, with `where:line`
 * @example idMap([{ first: 0, lowerFirst: 100000, count: 65536 }]).extents.map(showExtent) // ["0:100000:65536"]
 */
export function idMap<K extends Kind = Kind>(extents: readonly Extent[], options: IdMapOptions = {}): IdMap<K> {
  const { where = "map", maxLines = Number.POSITIVE_INFINITY } = options;
  const fault = findLineFault(extents, maxLines);
  if (fault) throw mapError(fault, `${where}:${fault.line}`, extents);
  const byFirst = sortedByFirst(extents);
  const byLower = sortedByFirst(extents.map(flip));
  // Sorted once for the map and for the check: which lines collide is asked only where some do.
  const overlap = areDisjoint(byFirst) && areDisjoint(byLower) ? null : findOverlap(extents);
  if (overlap) throw mapError(overlap, `${where}:${overlap.line}`, extents);
  return { extents: extents.map(({ first, lowerFirst, count }) => ({ first, lowerFirst, count })), byFirst, byLower };
}

/**
 * What is thrown for a fault of a list of extents: an {@link OverlapError} where they share ids.
 *
 * @param where  the place of the line that is wrong
 */
export function mapError(fault: MapFault, where: string, extents: readonly Extent[]): UsernsError {
  const { code, expected, got } = fault;
  return code === "ERR_EXTENT_OVERLAP"
    ? new OverlapError(fault, where, extents)
    : new UsernsError(code, { where, expected, got });
}

/** Do sorted ranges, each of which {@link fits}, share no id? */
function areDisjoint(sorted: readonly Range[]): boolean {
  return sorted.every((right, index) => {
    const left = sorted[index - 1];
    return !left || left.first + left.count <= right.first;
  });
}

/** The map of the initial user namespace: every id is itself. */
export const IDENTITY: IdMap<never> = idMap([{ first: 0, lowerFirst: 0, count: NO_ID }]);

/** The map of a namespace whose map has not been written: no id is mapped. */
export const UNWRITTEN: IdMap<never> = idMap([]);

/** The extent of `sorted` that holds `id`, or null. */
function findExtent(sorted: readonly Extent[], id: AnyId): Extent | null {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const extent = sorted[middle];
    if (extent && extent.first <= id) low = middle + 1;
    else high = middle;
  }
  const extent = sorted[low - 1];
  return extent && contains(extent, id) ? extent : null;
}

function translate(sorted: readonly Extent[], id: AnyId): number {
  // Among numbers that are no ids is 2³², which the arithmetic of 32 bits takes for root.
  const extent = isId(id) ? findExtent(sorted, id) : null;
  return extent ? (extent.lowerFirst + (id - extent.first)) >>> 0 : NO_ID;
}

/**
 * Map an id down: from the ids used inside a namespace to kernel ids.
 *
 * @param map  extents in force; already flattened, so depth of nesting does not matter
 * @param id   0 … 4294967294; NO_ID, and every number that is no id, is not mapped
 * @returns    the kernel id, or NO_ID when no extent covers `id`; never throws
 * @source     user_namespaces(7), "User and group ID mappings"; vectors/linux-6.18/2_id_translation.json
 * @example    mapDown(idMap([{ first: 0, lowerFirst: 100000, count: 65536 }]), 1000) // 101000
 */
export function mapDown<K extends Kind>(map: IdMap<K>, id: UserId<K>): KernelId<K> {
  return translate(map.byFirst, id);
}

/**
 * Map an id up: from kernel ids to the ids used inside a namespace.
 *
 * @param id   0 … 4294967294; NO_ID, and every number that is no id, is not mapped
 * @returns    the id inside, or NO_ID when no extent covers `id`; never throws
 * @example    mapUp(idMap([{ first: 0, lowerFirst: 100000, count: 65536 }]), 101000) // 1000
 */
export function mapUp<K extends Kind>(map: IdMap<K>, id: KernelId<K>): UserId<K> {
  return translate(map.byLower, id);
}

/**
 * The line (from 1) of the map that holds an id, counted as the map was written; null when none does.
 *
 * @param side  "inside" looks `id` up among the inside ids, "lower" among the lower ones
 */
export function lineOf(map: IdMap, id: AnyId, side: "inside" | "lower"): number | null {
  const index = map.extents.findIndex((extent) => contains(side === "inside" ? extent : lowerOf(extent), id));
  return index < 0 ? null : index + 1;
}
