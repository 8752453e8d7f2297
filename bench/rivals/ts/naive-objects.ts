import { type IdMap, NO_ID } from "../../../src/core/index.ts";
import type { TsRival } from "./rival.ts";

/** What one writes first: a list of objects, searched from its start for every id. */
let extents: IdMap["extents"] = [];

function translate(id: number): number {
  for (const extent of extents)
    if (id >= extent.first && id < extent.first + extent.count) return extent.lowerFirst + (id - extent.first);
  return NO_ID;
}

export const naiveObjects: TsRival = {
  name: "naive objects",
  load(_table, map) {
    if (!map) return false;
    extents = map.extents;
    return true;
  },
  run(from, to) {
    for (let k = 0; k < from.length; k++) to[k] = translate(from[k] ?? 0);
  },
};
