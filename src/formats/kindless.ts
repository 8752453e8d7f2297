import { type IdMap, idMap } from "../core/index.ts";
import type { ReadMaps, WrittenMap } from "./format.ts";
import { isAlike } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";

/** A text that names no kind says the same of users and of groups. */
export function sameForBoth(map: IdMap, notes: readonly string[] = []): ReadMaps {
  return { uid: idMap<"uid">(map.extents), gid: idMap<"gid">(map.extents), notes };
}

/** A format that names no kind writes one text where both maps are alike, else one for each that has a line. */
export function onePerKind(maps: MapPair, write: (map: IdMap) => string): readonly WrittenMap[] {
  if (isAlike(maps)) return [{ kind: "both", text: write(maps.uid) }];
  return (["uid", "gid"] as const).flatMap((kind) =>
    maps[kind].extents.length === 0 ? [] : [{ kind, text: write(maps[kind]) }],
  );
}
