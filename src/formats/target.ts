import { type Extent, MAX_MAP_LINES, merge, type OwnerKind, sizeOf } from "../core/index.ts";
import type { MapPair } from "./map-pair.ts";

/** What a format, or the tool that reads it, can hold. */
export interface Target {
  /** A map of a process's ids, or of the ids on a file system and those that a mount shows them as. */
  readonly maps: "process" | "mount";
  /** Each rule that a map must keep, in the order to tell them. */
  readonly limits: readonly Limit[];
}

/** A rule of a target: what it holds, and who says so. */
export type Limit =
  /** So many lines of each kind. */
  | { readonly limit: "lines"; readonly most: number; readonly source: string }
  /** The same lines for users and groups. */
  | { readonly limit: "alike"; readonly source: string }
  /** A line of each kind, or no map at all. */
  | { readonly limit: "both"; readonly source: string }
  /** The first line begins at this id inside. */
  | { readonly limit: "first"; readonly inside: number; readonly source: string }
  /** Ids inside are counted on from 0 without a gap. */
  | { readonly limit: "gapless"; readonly source: string }
  /** The first id below and the count are multiples of this. */
  | { readonly limit: "multiple"; readonly of: number; readonly source: string }
  /** So many ids, for each is named. */
  | { readonly limit: "ids"; readonly most: number; readonly source: string };

/** Why a target cannot hold maps, and what it could. */
export interface Misfit {
  readonly limit: Limit["limit"];
  readonly kind: OwnerKind | "both";
  /** `one line of each kind (containerd's CRI plugin)` */
  readonly expected: string;
  readonly got: string;
  /** What would fit. */
  readonly fix: string;
}

const KINDS: readonly OwnerKind[] = ["uid", "gid"];

/** Linux takes so many lines in one map. @source user_namespaces(7) */
export const KERNEL_LINES: Limit = { limit: "lines", most: MAX_MAP_LINES, source: "Linux" };

/**
 * The first rule of a target that maps break, or null. Lines that continue each other count as one: joined, they are
 * the same map.
 */
export function misfitOf(target: Target, maps: MapPair): Misfit | null {
  for (const limit of target.limits) {
    const misfit = check(limit, maps);
    if (misfit) return misfit;
  }
  return null;
}

/** How many lines of each kind a target holds; never more than Linux does. */
export function mostLines({ limits }: Target): number {
  return Math.min(MAX_MAP_LINES, ...limits.map((limit) => (limit.limit === "lines" ? limit.most : MAX_MAP_LINES)));
}

/** The maps as a target with few lines wants them: lines that continue each other joined, where there are too many. */
export function joined(target: Target, maps: MapPair): MapPair {
  const most = mostLines(target);
  const isLong = KINDS.some((kind) => maps[kind].extents.length > most);
  return isLong ? { uid: merge(maps.uid), gid: merge(maps.gid) } : maps;
}

function check(limit: Limit, maps: MapPair): Misfit | null {
  switch (limit.limit) {
    case "alike":
      return sameLines(maps)
        ? null
        : {
            limit: limit.limit,
            kind: "both",
            expected: `the same map for users and groups (${limit.source})`,
            got: `users ${shown(maps.uid.extents)}, groups ${shown(maps.gid.extents)}`,
            fix: `one of them for both would fit: ${shown(maps.uid.extents)}`,
          };
    case "both":
      return bothOrNeither(limit.source, maps);
    default:
      for (const kind of KINDS) {
        const misfit = checkOne(limit, kind, merge(maps[kind]).extents);
        if (misfit) return { limit: limit.limit, kind, ...misfit };
      }
      return null;
  }
}

function bothOrNeither(source: string, maps: MapPair): Misfit | null {
  const missing = KINDS.find((kind) => maps[kind].extents.length === 0);
  if (missing === undefined) return null;
  const other = missing === "uid" ? "gid" : "uid";
  return {
    limit: "both",
    kind: missing,
    expected: `lines for users and for groups (${source})`,
    got: `none of ${missing}`,
    fix: `the ${other} lines for both would fit: ${shown(maps[other].extents)}`,
  };
}

type OneKind = Exclude<Limit, { readonly limit: "alike" | "both" }>;

function checkOne(
  limit: OneKind,
  kind: OwnerKind,
  extents: readonly Extent[],
): Pick<Misfit, "expected" | "got" | "fix"> | null {
  const [first] = extents;
  if (!first) return null;
  switch (limit.limit) {
    case "lines": {
      if (extents.length <= limit.most) return null;
      const kept = [...extents].sort((a, b) => b.count - a.count).slice(0, limit.most);
      return {
        expected: `at most ${counted(limit.most, "line")} of ${kind} (${limit.source})`,
        got: counted(extents.length, "line"),
        fix: `${counted(limit.most, "line")} would fit: ${shown(kept)} ${limit.most === 1 ? "holds" : "hold"} ${sizeOf(kept)} of the ${sizeOf(extents)} ids`,
      };
    }
    case "first":
      return first.first === limit.inside
        ? null
        : {
            expected: `a map of ${kind} that begins at ${limit.inside} inside (${limit.source})`,
            got: shown([first]),
            fix: `a line that begins ${limit.inside}: would fit`,
          };
    case "gapless": {
      if (extents.every((extent, index) => extent.first === insideBefore(extents, index))) return null;
      return {
        expected: `ids inside from 0 on, without a gap (${limit.source})`,
        got: shown(extents),
        fix: "lines whose ids inside follow each other from 0 would fit",
      };
    }
    case "multiple": {
      const odd = extents.find(({ lowerFirst, count }) => lowerFirst % limit.of !== 0 || count % limit.of !== 0);
      if (!odd) return null;
      const start = Math.ceil(odd.lowerFirst / limit.of) * limit.of;
      const count = Math.ceil(odd.count / limit.of) * limit.of;
      return {
        expected: `a first id below and a count that are multiples of ${limit.of} (${limit.source})`,
        got: shown([odd]),
        fix: `${odd.first}:${start}:${count} would fit`,
      };
    }
    case "ids":
      return sizeOf(extents) <= limit.most
        ? null
        : {
            expected: `at most ${limit.most} ids, for it names each (${limit.source})`,
            got: `${sizeOf(extents)} of ${kind}`,
            fix: `a map of ${limit.most} ids would fit`,
          };
  }
}

function insideBefore(extents: readonly Extent[], index: number): number {
  return sizeOf(extents.slice(0, index));
}

function sameLines({ uid, gid }: MapPair): boolean {
  return shown(merge(uid).extents) === shown(merge(gid).extents);
}

/** Lines that a message shows; the others are counted. */
const MOST_SHOWN = 3;

function shown(extents: readonly Extent[]): string {
  if (extents.length === 0) return "none";
  const texts = extents.slice(0, MOST_SHOWN).map(({ first, lowerFirst, count }) => `${first}:${lowerFirst}:${count}`);
  return extents.length > MOST_SHOWN ? `${texts.join(",")} and ${extents.length - MOST_SHOWN} more` : texts.join(",");
}

function counted(count: number, thing: string): string {
  return count === 1 ? `one ${thing}` : `${count} ${thing}s`;
}
