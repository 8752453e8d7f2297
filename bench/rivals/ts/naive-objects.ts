import { type Extent, type IdMap, NO_ID } from "../../../src/core/index.ts";
import type { TsRival } from "./rival.ts";

/** What one writes first: a list of objects, searched from its start for every id. */
export function translateOne(extents: readonly Extent[], id: number): number {
  for (const extent of extents)
    if (id >= extent.first && id < extent.first + extent.count) return extent.lowerFirst + (id - extent.first);
  return NO_ID;
}

/** A route down through several maps, a map after the other for every id. */
export function translateNaively(maps: readonly IdMap[], from: Uint32Array, to: Uint32Array): void {
  for (let k = 0; k < from.length; k++) {
    let id = from[k] ?? 0;
    for (const map of maps) id = translateOne(map.extents, id);
    to[k] = id;
  }
}

let extents: readonly Extent[] = [];

export const naiveObjects: TsRival = {
  name: "naive objects",
  load(_table, map) {
    if (!map) return false;
    extents = map.extents;
    return true;
  },
  run(from, to) {
    for (let k = 0; k < from.length; k++) to[k] = translateOne(extents, from[k] ?? 0);
  },
};
