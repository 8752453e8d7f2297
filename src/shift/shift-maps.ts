import { type IdMap, type Kind, mapDown, mapUp, NO_ID } from "../core/index.ts";
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
