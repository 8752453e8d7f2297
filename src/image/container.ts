import { type IdMap, idMap } from "../core/index.ts";
import { childUserNamespace, type OwnerKind, type Profile, type UserNamespace, type World } from "../kernel/index.ts";

/** The maps of a user namespace. */
export type NamespaceMaps = { readonly [K in OwnerKind]: IdMap<K> };

/** The user namespace that an image is unpacked in and runs in, by what is written to its files in /proc. */
export interface ContainerNamespace {
  /** Null: none is written. Where the namespace is not isolated either there is none, and ids are those of the host. */
  readonly maps: NamespaceMaps | null;
  /** Of a kernel with fsid mappings; null: those that the id maps bring about, which are the same. */
  readonly fsMaps: NamespaceMaps | null;
  readonly isIsolated: boolean;
}

/** A container, and the kernel that it runs on. Its files are on a file system of its own namespace. */
export interface Container extends ContainerNamespace {
  readonly profile: Profile;
}

/** The namespace of a container below the initial one, or that itself where nothing is written. */
export function containerNamespace(
  world: World,
  name: string,
  { maps, fsMaps, isIsolated }: ContainerNamespace,
): UserNamespace {
  const { initUserNs } = world;
  if (!maps && !isIsolated) return initUserNs;
  const ns = childUserNamespace(world, initUserNs, name, initUserNs.owner, true);
  ns.isIsolated = isIsolated;
  if (maps) Object.assign(ns.maps, ownMaps(maps));
  // A kernel without fsid mappings never looks at them; one with them copies the id map, or falls back on it.
  const files = fsMaps ?? maps;
  if (files) Object.assign(ns.fsMaps, ownMaps(files));
  return ns;
}

function ownMaps({ uid, gid }: NamespaceMaps): NamespaceMaps {
  return { uid: idMap(uid.extents), gid: idMap(gid.extents) };
}
