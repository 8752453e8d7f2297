import {
  type Extent,
  type IdMap,
  type IdSet,
  idMap,
  idSet,
  insideOf,
  type Kind,
  lowerSetOf,
  type Range,
  sizeOf,
  subtract,
  writtenLine,
  zip,
} from "../core/index.ts";
import { PAGE_SIZE } from "../kernel/index.ts";

/** What a map has to hold, and what it may be made of. */
export interface FitRequest<K extends Kind = Kind> {
  /** The ids inside that are used. */
  readonly wanted: IdSet;
  /** The ids outside that may be given to them. */
  readonly available: IdSet;
  /** Lines that have to be in the map as they are: a caller's own id as root. */
  readonly kept: IdMap<K>;
  /** At most so many lines in all; and whatever is said here, a map is written as less than a page of text. */
  readonly mostLines: number;
}

/** `bytes`: of the text that a map is written as. */
export type Lacking = "ids" | "lines" | "bytes";

/** A map; or what there is too little of, however the ids are joined. */
export type Fit<K extends Kind = Kind> =
  | { readonly ok: true; readonly map: IdMap<K> }
  | { readonly ok: false; readonly lacks: Lacking; readonly needed: number; readonly got: number };

/**
 * The map that holds all wanted ids and the fewest others that Linux takes.
 *
 * Where there are more runs of wanted ids than lines, or than a page has room for, the runs with the smallest gaps between
 * them are joined, gap and all. The lowest ids outside are taken first; a line ends where a run of them ends.
 *
 * @source  user_namespaces(7): 340 lines, written at once and as less than a page; vectors/linux-6.18/1_map_write.json
 * @example fitMap({ wanted: [{ first: 0, count: 1 }, { first: 33, count: 1 }], available: [{ first: 100000, count: 9 }],
 *          kept: idMap([]), mostLines: 340 }).ok // true
 */
export function fitMap<K extends Kind>({ wanted, available, kept, mostLines }: FitRequest<K>): Fit<K> {
  const keptInside = insideOf(kept);
  const runs = subtract(wanted, keptInside);
  const outside = subtract(available, lowerSetOf(kept));
  const got = sizeOf(outside);
  const linesOf = (inside: IdSet) => inOrder([...kept.extents, ...zip(inside, outside)]);
  if (sizeOf(runs) > got) return { ok: false, lacks: "ids", needed: sizeOf(runs), got };
  let least: readonly Extent[] = [];
  // A run is a line at least.
  for (let count = Math.min(runs.length, mostLines); count >= Math.min(1, runs.length); count--) {
    const inside = subtract(joinNearest(runs, count), keptInside);
    // With fewer runs only more ids are needed.
    if (sizeOf(inside) > got) break;
    least = linesOf(inside);
    if (least.length <= mostLines && bytesOf(least) < PAGE_SIZE) return { ok: true, map: idMap<K>(least) };
  }
  if (least.length > 0 && least.length <= mostLines)
    return { ok: false, lacks: "bytes", needed: bytesOf(least), got: PAGE_SIZE - 1 };
  return { ok: false, lacks: "lines", needed: fewestLines(runs, keptInside, got, linesOf), got: mostLines };
}

/** How many bytes the text of a map has. */
export function bytesOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, extent) => sum + writtenLine(extent).length + 1, 0);
}

/** The lines of the fewest runs for which there are ids: found by halves, for there may be a run for every other id. */
function fewestLines(
  runs: IdSet,
  keptInside: IdSet,
  got: number,
  linesOf: (inside: IdSet) => readonly Extent[],
): number {
  let [low, high] = [1, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sizeOf(subtract(joinNearest(runs, middle), keptInside)) > got) low = middle + 1;
    else high = middle;
  }
  return linesOf(subtract(joinNearest(runs, low), keptInside)).length;
}

function inOrder(extents: readonly Extent[]): readonly Extent[] {
  return [...extents].sort((a, b) => a.first - b.first);
}

/** The same ids in `count` runs: the widest gaps stay, the others are filled. */
function joinNearest(runs: IdSet, count: number): IdSet {
  const gaps = runs.slice(1).map((run, index) => ({ index: index + 1, width: run.first - endOf(runs[index]) }));
  const kept = new Set(
    gaps
      .sort((a, b) => b.width - a.width || a.index - b.index)
      .slice(0, Math.max(0, count - 1))
      .map(({ index }) => index),
  );
  const joined: Range[] = [];
  for (const [index, run] of runs.entries()) {
    const top = joined.at(-1);
    if (!top || kept.has(index)) joined.push(run);
    else joined[joined.length - 1] = { first: top.first, count: endOf(run) - top.first };
  }
  return idSet(joined);
}

function endOf(run: Range | undefined): number {
  return run ? run.first + run.count : 0;
}
