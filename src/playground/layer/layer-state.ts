import { idMap } from "../../core/index.ts";
import { readMaps } from "../../formats/index.ts";
import type { ShiftMaps } from "../../shift/index.ts";
import { fieldsOf, flagOf, numberOf, textOf, wordOf } from "../page/read-json.ts";

/** How a layer is looked at and shifted: everything that the part's link holds. The layer itself stays with who has it. */
export interface LayerState {
  readonly map: string;
  /** Of groups; empty where it is the same. */
  readonly gidMap: string;
  readonly reverse: boolean;
  readonly unmapped: "refuse" | "squash" | "keep";
  readonly squashUid: number;
  readonly squashGid: number;
  readonly names: "keep" | "drop";
  readonly capabilities: "keep" | "namespace";
}

export const FIRST_LAYER: LayerState = {
  map: "0:1000:1,1:100000:65536",
  gidMap: "",
  reverse: false,
  unmapped: "refuse",
  squashUid: 65534,
  squashGid: 65534,
  names: "keep",
  capabilities: "keep",
};

/** @throws UsernsError ERR_USAGE for what is none */
export function readLayer(json: unknown): LayerState {
  const fields = fieldsOf(json, "layer");
  return {
    map: textOf(fields, "map", FIRST_LAYER.map),
    gidMap: textOf(fields, "gidMap", ""),
    reverse: flagOf(fields, "reverse"),
    unmapped: wordOf(fields, "unmapped", ["refuse", "squash", "keep"], "refuse"),
    squashUid: numberOf(fields, "squashUid", FIRST_LAYER.squashUid),
    squashGid: numberOf(fields, "squashGid", FIRST_LAYER.squashGid),
    names: wordOf(fields, "names", ["keep", "drop"], "keep"),
    capabilities: wordOf(fields, "capabilities", ["keep", "namespace"], "keep"),
  };
}

/** Is a layer shifted alike by both? */
export function isSameLayer(a: LayerState, b: LayerState): boolean {
  return JSON.stringify(readLayer(a)) === JSON.stringify(readLayer(b));
}

/** The maps that a state holds, in any format. @throws UsernsError with the name of the field */
export function mapsOf({ map, gidMap, reverse }: Pick<LayerState, "map" | "gidMap" | "reverse">): ShiftMaps {
  const first = readMaps(map, { where: "map" });
  const second = gidMap.trim() === "" ? first : readMaps(gidMap, { where: "map of groups" });
  return {
    uids: first.uid ?? idMap((first.gid ?? { extents: [] }).extents),
    gids: second.gid ?? idMap((second.uid ?? { extents: [] }).extents),
    reverse,
  };
}
