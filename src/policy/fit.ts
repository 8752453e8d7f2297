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
  zip,
} from "../core/index.ts";

/** What a map has to hold, and what it may be made of. */
export interface FitRequest<K extends Kind = Kind> {
  /** The ids inside that are used. */
  readonly wanted: IdSet;
  /** The ids outside that may be given to them. */
  readonly available: IdSet;
  /** Lines that have to be in the map as they are: a caller's own id as root. */
  readonly kept: IdMap<K>;
  /** At most so many lines in all. */
  readonly mostLines: number;
}

/** A map; or what there is too little of, however the ids are joined. */
export type Fit<K extends Kind = Kind> =
  | { readonly ok: true; readonly map: IdMap<K> }
  | { readonly ok: false; readonly lacks: "ids" | "lines"; readonly needed: number; readonly got: number };

/**
 * The map that holds all wanted ids and the fewest others that the limit of lines allows.
 *
 * Where there are fewer lines than runs of wanted ids, the runs with the smallest gaps between them are joined, gap and
 * all. The lowest ids outside are taken first; a line ends where a run of them ends.
 *
 * @example fitMap({ wanted: [{ first: 0, count: 1 }, { first: 33, count: 1 }], available: [{ first: 100000, count: 9 }],
 *          kept: idMap([]), mostLines: 340 }).ok // true
 */
export function fitMap<K extends Kind>({ wanted, available, kept, mostLines }: FitRequest<K>): Fit<K> {
  const keptInside = insideOf(kept);
  const runs = subtract(wanted, keptInside);
  const outside = subtract(available, lowerSetOf(kept));
  const got = sizeOf(outside);
  const most = mostLines - kept.extents.length;
  let fewest = Number.POSITIVE_INFINITY;
  for (let count = runs.length; count >= Math.min(1, runs.length); count--) {
    const inside = subtract(joinNearest(runs, count), keptInside);
    const needed = sizeOf(inside);
    // With fewer runs only more ids are needed.
    if (needed > got) return fewest < needed ? tooFewLines(fewest, mostLines) : tooFewIds(needed, got);
    const lines = zip(inside, outside);
    if (lines.length <= most) return { ok: true, map: idMap<K>(inOrder([...kept.extents, ...lines])) };
    fewest = Math.min(fewest, lines.length + kept.extents.length);
  }
  return tooFewLines(fewest, mostLines);
}

function tooFewIds(needed: number, got: number): Fit<never> {
  return { ok: false, lacks: "ids", needed, got };
}

function tooFewLines(needed: number, got: number): Fit<never> {
  return { ok: false, lacks: "lines", needed, got };
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
