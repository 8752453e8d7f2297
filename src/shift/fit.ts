import {
  contains,
  type Extent,
  findMapFault,
  flip,
  type IdMap,
  idMap,
  type Kind,
  lastOf,
  MAX_ID,
  mapDown,
  mapUp,
  NO_ID,
  sortedByFirst,
} from "../core/index.ts";
import type { IdTally } from "./tally.ts";

/** The maps that shift, and the way they are read. */
export interface ShiftMaps {
  readonly uids: IdMap<"uid">;
  readonly gids: IdMap<"gid">;
  /** Take lower ids back to the ids inside. */
  readonly reverse?: boolean;
}

/** Take an id through the map of its kind; NO_ID when it is not mapped. */
export function shiftId(maps: ShiftMaps, kind: Kind, id: number): number {
  if (kind === "gid") return maps.reverse ? mapUp(maps.gids, id) : mapDown(maps.gids, id);
  return maps.reverse ? mapUp(maps.uids, id) : mapDown(maps.uids, id);
}

/** The ids of a tally that the maps do not hold. */
export function unmappedIn(ids: readonly IdTally[], maps: ShiftMaps): IdTally[] {
  return ids.filter(({ kind, id }) => shiftId(maps, kind, id) === NO_ID);
}

/**
 * The smallest map that also holds `ids`: every line keeps where it goes, and the line before each id that is missing
 * grows until it holds it (the first one backwards, for ids before it). No id changes whom it becomes.
 *
 * @param reverse  `ids` are lower ids, and the lower sides grow
 * @returns        `map` itself when it holds them all; null when no line can grow so far
 * @example        smallestFit(idMap([{ first: 0, lowerFirst: 100000, count: 1000 }]), [65534]).extents.map(showExtent) // ["0:100000:65535"]
 */
export function smallestFit<K extends Kind>(map: IdMap<K>, ids: Iterable<number>, reverse = false): IdMap<K> | null {
  const sorted = [...ids].sort((a, b) => a - b);
  const lines = sortedByFirst(reverse ? map.extents.map(flip) : map.extents);
  let isGrown = false;
  for (const id of sorted) {
    if (lines.some((line) => contains(line, id))) continue;
    const index = lines.findLastIndex((line) => line.first < id);
    const grown = growTo(lines[Math.max(index, 0)], id);
    if (!grown) return null;
    lines[Math.max(index, 0)] = grown;
    isGrown = true;
  }
  if (!isGrown) return map;
  const extents = reverse ? lines.map(flip) : lines;
  return findMapFault(extents) ? null : idMap(extents);
}

function growTo(line: Extent | undefined, id: number): Extent | null {
  if (!line || id > MAX_ID) return null;
  if (id > lastOf(line)) return { ...line, count: id - line.first + 1 };
  const before = line.first - id;
  return before > line.lowerFirst
    ? null
    : { first: id, lowerFirst: line.lowerFirst - before, count: line.count + before };
}
