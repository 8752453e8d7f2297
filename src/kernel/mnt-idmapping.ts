import { CLASSICAL, type Kuid64, type NamespaceNumber } from "../core/kuid64.ts";
import { type HasProfile, ownerMap, ownerTable } from "./fsid-map.ts";
import type { Mount } from "./mount.ts";
import { intoMount, type KernelRoute, type MountView, outOfMount } from "./routes.ts";
import type { HasTranslators } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";

/**
 * Through which maps of one kind a mount shows the owners that its file system keeps.
 *
 * @param numbers  those that the ids to be shown may carry: a file system of the initial namespace is asked for their
 *                 id halves alone
 */
export function mountView<K extends OwnerKind>(
  world: Fsids,
  mount: Mount,
  kind: K,
  numbers: readonly NamespaceNumber[],
): MountView<K> {
  const { idmap, superblock } = mount;
  const filesystem = ownerMap(world, superblock.userNs, kind, ownerTable(superblock));
  if (!idmap) return { mount: null, filesystem };
  const isInitial = superblock.userNs.parent === null;
  const number = kind === "gid" && world.profile.isolated?.has("uid-only-idmap") ? CLASSICAL : idmap.number;
  return {
    mount: { name: `${kind} idmap ${idmap.name} of ${mount.name}`, map: idmap.maps[kind], number },
    filesystem: isInitial ? { ...filesystem, bare: numbers.filter((one) => one !== CLASSICAL) } : filesystem,
    holdsIsolated: isInitial || world.profile.isolated?.has("idmap-of-any-superblock") === true,
  };
}

type Fsids = HasTranslators & HasProfile;

/**
 * `make_vfsuid`, `make_vfsgid`: a kernel id that an inode, or something on it, holds, as it is seen through a mount.
 *
 * @returns  an id half of NO_ID when the mount shows no such id
 */
export function makeVfsid<K extends OwnerKind>(world: Fsids, mount: Mount, kind: K, kid: Kuid64<K>): Kuid64<K> {
  return take(world, kind, intoMount(mountView(world, mount, kind, [kid.number])), kid);
}

/**
 * `from_vfsuid`, `from_vfsgid`: the kernel id that an inode would hold for an id seen through a mount.
 *
 * @returns  an id half of NO_ID when the mount's map holds no such id
 */
export function fromVfsid<K extends OwnerKind>(world: Fsids, mount: Mount, kind: K, vfsid: Kuid64<K>): Kuid64<K> {
  return take(world, kind, outOfMount(mountView(world, mount, kind, [])), vfsid);
}

function take<K extends OwnerKind>(world: HasTranslators, kind: K, route: KernelRoute<K>, from: Kuid64<K>): Kuid64<K> {
  if (route.length === 0) return from;
  const place = world.translators.place(kind, route, from);
  const id: number = place.id;
  return { id, number: place.number };
}
