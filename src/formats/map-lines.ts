import { type Extent, findMapFault, type IdMap, idMap, type Kind, mapError, type OwnerKind } from "../core/index.ts";
import type { LineKind, ReadMaps } from "./format.ts";
import { noLine } from "./no-line.ts";

/** A line of a map as a text gave it. */
export interface MapLine {
  readonly kind: LineKind;
  readonly extent: Extent;
  /** Its place for messages: `uid_map:3:1`, `config.json: linux.uidMappings[0]`. */
  readonly at: string;
}

/**
 * The maps that lines make: those of `both` belong to each.
 *
 * @param where    the name of the input
 * @param example  a good text, for the message where there is no line at all
 * @throws UsernsError with the place of the line that is wrong, or ERR_MAP_TEXT when there is none
 */
export function mapsOfLines(
  lines: readonly MapLine[],
  where: string,
  example: string,
  notes: readonly string[] = [],
): ReadMaps {
  if (lines.length === 0) throw noLine(where, example);
  return { uid: mapOfKind("uid", lines, where), gid: mapOfKind("gid", lines, where), notes };
}

function mapOfKind<K extends OwnerKind>(kind: K, lines: readonly MapLine[], where: string): IdMap<K> | null {
  const own = lines.filter((line) => line.kind === kind || line.kind === "both");
  return own.length === 0 ? null : mapOfPlaced<K>(own, where);
}

/** Make a map of lines of one kind. @throws UsernsError with the place of the line that is wrong */
export function mapOfPlaced<K extends Kind>(placed: readonly Omit<MapLine, "kind">[], where: string): IdMap<K> {
  const extents = placed.map(({ extent }) => extent);
  const fault = findMapFault(extents);
  const at = fault && placed[fault.line - 1]?.at;
  if (fault && at) throw mapError(fault, at, extents);
  return idMap(extents, { where });
}

/** Lines of both maps, as a text lists them that names the kind of each: users first; one list where both are alike. */
export function kindLines(maps: {
  readonly uid: IdMap;
  readonly gid: IdMap;
}): readonly { readonly kind: LineKind; readonly extent: Extent }[] {
  if (isAlike(maps)) return maps.uid.extents.map((extent) => ({ kind: "both" as const, extent }));
  return apartLines(maps);
}

/** The same for texts that have no word for both. */
export function apartLines(maps: {
  readonly uid: IdMap;
  readonly gid: IdMap;
}): readonly { readonly kind: OwnerKind; readonly extent: Extent }[] {
  return (["uid", "gid"] as const).flatMap((kind) => maps[kind].extents.map((extent) => ({ kind, extent })));
}

/** Are both maps the same lines in the same order? */
export function isAlike({ uid, gid }: { readonly uid: IdMap; readonly gid: IdMap }): boolean {
  return (
    uid.extents.length === gid.extents.length &&
    uid.extents.every((extent, index) => {
      const other = gid.extents[index];
      return (
        other !== undefined &&
        other.first === extent.first &&
        other.lowerFirst === extent.lowerFirst &&
        other.count === extent.count
      );
    })
  );
}
