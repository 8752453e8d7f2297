import type { Kuid64 } from "../core/kuid64.ts";
import type { Mount } from "./mount.ts";
import { intoMount, type KernelRoute, type MountView, mapOf, outOfMount } from "./routes.ts";
import type { HasTranslators } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";

/** Through which maps of one kind a mount shows the owners that its file system keeps. */
export function mountView<K extends OwnerKind>(mount: Mount, kind: K): MountView<K> {
  const { idmap, superblock } = mount;
  return {
    mount: idmap && { name: `${kind} idmap ${idmap.name} of ${mount.name}`, map: idmap.maps[kind] },
    filesystem: mapOf(superblock.userNs, kind),
  };
}

/**
 * `make_vfsuid`, `make_vfsgid`: a kernel id that an inode, or something on it, holds, as it is seen through a mount.
 *
 * @returns  an id half of NO_ID when the mount shows no such id
 */
export function makeVfsid<K extends OwnerKind>(
  world: HasTranslators,
  mount: Mount,
  kind: K,
  kid: Kuid64<K>,
): Kuid64<K> {
  return take(world, kind, intoMount(mountView(mount, kind)), kid);
}

/**
 * `from_vfsuid`, `from_vfsgid`: the kernel id that an inode would hold for an id seen through a mount.
 *
 * @returns  an id half of NO_ID when the mount's map holds no such id
 */
export function fromVfsid<K extends OwnerKind>(
  world: HasTranslators,
  mount: Mount,
  kind: K,
  vfsid: Kuid64<K>,
): Kuid64<K> {
  return take(world, kind, outOfMount(mountView(mount, kind)), vfsid);
}

function take<K extends OwnerKind>(world: HasTranslators, kind: K, route: KernelRoute<K>, from: Kuid64<K>): Kuid64<K> {
  if (route.length === 0) return from;
  const place = world.translators.place(kind, route, from);
  const id: number = place.id;
  return { id, number: place.number };
}
