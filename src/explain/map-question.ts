import { type Extent, IDENTITY, type IdMap, idMap, MAX_MAP_LINES } from "../core/index.ts";
import type { Capability, OwnerKind } from "../kernel/index.ts";

/** What is asked: somebody makes a user namespace and writes its maps. Would Linux take them? */
export interface MapQuestion {
  /** The maps of the namespace that it is made in; null for the initial one, where every id is itself. */
  readonly parent: { readonly [K in OwnerKind]: readonly Extent[] } | null;
  readonly writer: MapAuthor;
  /** Where the writer is when it writes: in the new namespace, as `unshare -r`, or in its parent, as newuidmap. */
  readonly from: WritePlace;
  /** What is written to the setgroups file before the maps; null for nothing. */
  readonly setgroups: "allow" | "deny" | null;
  /** The maps that somebody wrote before; none where it is left out. */
  readonly written?: readonly OwnerKind[];
  /** The texts written to uid_map and gid_map, one character a byte; a kind left out is not written. */
  readonly texts: MapTexts;
  /**
   * The texts written to fsuid_map and fsgid_map before all others, on a kernel with fsid mappings; without it Linux as it
   * is is asked.
   */
  readonly fsTexts?: MapTexts;
}

export type WritePlace = "inside" | "parent";
export type MapTexts = { readonly [K in OwnerKind]?: string };

/** Who makes the namespace and writes its maps: effective ids as in the parent, and capabilities held there. */
export interface MapAuthor {
  readonly uid: number;
  readonly gid: number;
  readonly caps: readonly Capability[];
}

/** The files that are written, in this order. */
export const WRITTEN_FILES = ["fsuid_map", "fsgid_map", "setgroups", "uid_map", "gid_map"] as const;
export type WrittenFile = (typeof WRITTEN_FILES)[number];

/** The kinds of map that are written, with their texts, users first. */
export function writtenKinds(texts: MapTexts): readonly (readonly [OwnerKind, string])[] {
  return (["uid", "gid"] as const).flatMap((kind) => {
    const text = texts[kind];
    return text === undefined ? [] : [[kind, text] as const];
  });
}

/** The map of the namespace that the new one is made in. */
export function parentMap(question: Pick<MapQuestion, "parent">, kind: OwnerKind): IdMap {
  const extents = question.parent?.[kind];
  return extents ? idMap(extents, { where: `parent's ${kind}_map`, maxLines: MAX_MAP_LINES }) : IDENTITY;
}
