import {
  type IdMap,
  type IdSet,
  idMap,
  lastOf,
  MAX_MAP_LINES,
  type OwnerKind,
  type Range,
  sizeOf,
  zip,
} from "../core/index.ts";
import { PAGE_SIZE } from "../kernel/index.ts";
import { bytesOf, fitMap } from "../policy/index.ts";

/** A map that holds the ids, or why there is none, and what would help. */
export type RunMap<K extends OwnerKind> =
  | { readonly ok: true; readonly map: IdMap<K> }
  | { readonly ok: false; readonly reason: string; readonly options: readonly string[] };

/** What a map is to be made of. */
export interface RunMapRequest {
  /** The ids that the image uses; at least one. */
  readonly used: IdSet;
  readonly ranges: IdSet;
  /** Are the ids that are used mapped alone? */
  readonly isSparse: boolean;
}

/**
 * The map of a container from granted ranges: from id 0 on, range after range, as every engine lays them out; or, where
 * that is asked for, of the ids that are used alone, in as many lines as Linux takes.
 *
 * @example runMap("uid", { used: [{ first: 0, count: 1 }], ranges: [{ first: 100000, count: 9 }], isSparse: false }).ok // true
 */
export function runMap<K extends OwnerKind>(kind: K, { used, ranges, isSparse }: RunMapRequest): RunMap<K> {
  const total = sizeOf(ranges);
  if (total === 0)
    return { ok: false, reason: `no range of ${kind}s is granted`, options: [`have one added to sub${kind}`] };
  if (isSparse) return sparseMap(kind, used, ranges);
  const lines = zip([{ first: 0, count: total }], ranges);
  const isTaken = lines.length <= MAX_MAP_LINES && bytesOf(lines) < PAGE_SIZE;
  if (isTaken && topOf(used) < total) return { ok: true, map: idMap<K>(lines) };
  if (!isTaken)
    return {
      ok: false,
      reason: `the ranges of ${kind}s are in ${ranges.length} pieces: a map of them has ${bytesOf(lines)} bytes; Linux takes ${MAX_MAP_LINES} lines of ${PAGE_SIZE - 1} bytes in all`,
      options: [SPARSE, "fewer ranges"],
    };
  const beyond = beyondOf(used, total);
  const sparse = sparseMap(kind, used, ranges);
  return {
    ok: false,
    reason: tooHigh(kind, used, beyond, `the ranges hold ${total} ids`),
    options: [
      ...(sparse.ok ? [`${SPARSE} (${countedLines(sparse.map.extents.length)})`] : []),
      ...squash(total),
      `a range of ${topOf(used) + 1} ids`,
    ],
  };
}

const SPARSE = "--sparse: the ids that are used alone";

function sparseMap<K extends OwnerKind>(kind: K, used: IdSet, ranges: IdSet): RunMap<K> {
  const fit = fitMap<K>({ wanted: used, available: ranges, kept: idMap([]), mostLines: MAX_MAP_LINES });
  if (fit.ok) return fit;
  const ids = sizeOf(used);
  if (fit.lacks === "ids")
    return {
      ok: false,
      reason: `the image uses ${ids} ${kind}s; the ranges hold ${fit.got} ids`,
      options: [`ranges of ${ids} ids`, "fewer owners: image shift --unmapped squash=UID:GID"],
    };
  return {
    ok: false,
    reason: `the image's ${ids} ${kind}s need ${fit.needed} ${fit.lacks} of map; Linux takes ${fit.got}`,
    options: [`a range of ${topOf(used) + 1} ids, without --sparse`],
  };
}

/** Why ids that are too high do not fit, with how many they are. */
export function tooHigh(kind: OwnerKind, used: IdSet, beyond: IdSet, holds: string): string {
  const [all, some] = [sizeOf(used), sizeOf(beyond)];
  const which = some === 1 ? `${kind} ${topOf(beyond)}` : `${some} ${kind}s up to ${topOf(beyond)}`;
  return `of the image's ${all} ${kind}s, ${which} ${some === 1 ? "does" : "do"} not fit: ${holds}`;
}

/** The ids of a set from one on. */
export function beyondOf(used: IdSet, first: number): IdSet {
  return used.flatMap((range): Range[] => {
    const last = lastOf(range);
    if (last < first) return [];
    const from = Math.max(range.first, first);
    return [{ first: from, count: last - from + 1 }];
  });
}

/** Owners that do not fit become nobody, where nobody fits. */
export function squash(total: number): readonly string[] {
  if (total <= NOBODY) return [];
  return [
    `those files nobody's: userns image shift IMAGE OUT --map 0:0:${total} --unmapped squash=${NOBODY}:${NOBODY}`,
  ];
}

const NOBODY = 65534;

function countedLines(count: number): string {
  return count === 1 ? "a map of 1 line" : `a map of ${count} lines`;
}

/** The largest id of a set that is not empty. */
function topOf(set: IdSet): number {
  const last = set.at(-1);
  return last ? lastOf(last) : 0;
}
