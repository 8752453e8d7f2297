import { isSameMap } from "../core/algebra.ts";
import { filesystemType } from "./filesystem-type.ts";
import { fsidMode } from "./fsid-modes.ts";
import type { Superblock } from "./inode.ts";
import type { Profile } from "./profile.ts";
import { mapOf, type NamedMap } from "./routes.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";

/*
 * fsid mappings: a namespace has a second pair of maps, for the ids that own files. Here it is decided through which of
 * the two an owner is seen; whoever translates one takes the map from here and the hops from routes.ts.
 */

/**
 * In which table of a namespace an owner is looked up: among the ids of processes, or among those of files. A kernel
 * without fsid mappings has the same map for both.
 */
export type OwnerTable = "id" | "fs";

/** A world, as far as the kernel that is modelled goes. */
export interface HasProfile {
  readonly profile: Profile;
}

/**
 * The table that owners of a file system are looked up in. One that all user namespaces see (`SB_I_USERNS_VISIBLE`:
 * procfs, sysfs) is exempt: its owners are ids of processes.
 *
 * @source fsid mappings, third series, 09/25 to 16/25: is_userns_visible
 */
export function ownerTable({ type, fsidmapExempt }: Pick<Superblock, "type" | "fsidmapExempt">): OwnerTable {
  return (fsidmapExempt ?? filesystemType(type).isFsidmapExempt) ? "id" : "fs";
}

/**
 * The map of a namespace that an owner is seen through.
 *
 * An empty fs map is no map: the first revisions then look in the id map, the third holds none of its ids.
 *
 * @source fsid mappings, second series, 04/28, and third series, 04/25: make_kfsuid
 */
export function ownerMap<K extends OwnerKind>(
  { profile }: HasProfile,
  ns: UserNamespace,
  kind: K,
  table: OwnerTable,
): NamedMap<K> {
  const ids = mapOf(ns, kind);
  if (table === "id" || profile.fsid === null) return ids;
  const map = ns.fsMaps[kind];
  if (map.extents.length === 0 && fsidMode(profile)?.withoutFsMap === "fallback") return ids;
  return { ...ids, name: `${mapFileName(kind, "fs")} of ${ns.name}`, map };
}

/** Are ids of files others than ids of processes in the namespace? Not where its fs map is a mirror, nor where it has none. */
export function hasFsMap(world: HasProfile, ns: UserNamespace, kind: OwnerKind): boolean {
  return !isSameMap(ownerMap(world, ns, kind, "fs").map, ns.maps[kind]);
}

/** What lacks an id, in an explanation: the namespace, or its fs map alone where that is another than its id map. */
export function lacking(world: HasProfile, ns: UserNamespace, kind: OwnerKind, table: OwnerTable): string {
  return table === "fs" && hasFsMap(world, ns, kind) ? `the ${ownerMap(world, ns, kind, table).name}` : ns.name;
}

/** The file that a map is written through. @example mapFileName("uid", "fs") // "fsuid_map" */
export function mapFileName(kind: string, table: OwnerTable): string {
  return `${table === "fs" ? "fs" : ""}${kind}_map`;
}
