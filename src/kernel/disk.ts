import type { Kuid64 } from "../core/kuid64.ts";
import { fromKfsid, makeKfsid } from "./fsid.ts";
import { ownerTable } from "./fsid-map.ts";
import type { Inode, KeptFilesystem, Superblock } from "./inode.ts";
import type { MountNamespace } from "./mount.ts";
import { ACL_TYPES, mapAclIds } from "./posix-acl.ts";
import type { OwnerKind } from "./user-namespace.ts";
import type { World } from "./world.ts";

/** Is the superblock mounted anywhere: in a mount namespace that some task is in? */
export function isMounted(world: World, superblock: Superblock): boolean {
  const namespaces = new Set<MountNamespace>([...world.tasks.values()].map(({ mountNs }) => mountNs));
  return [...namespaces].some(({ tree }) => tree.mounts().some((mount) => mount.superblock === superblock));
}

/** One that is mounted nowhere is mounted anew: nothing is left of how it was mounted before. */
export function mountAnew(world: World, { superblock }: KeptFilesystem): void {
  if (!isMounted(world, superblock)) superblock.isReadOnly = false;
}

/**
 * What is left of the owners when a file system was unmounted and is mounted again: each is written to the disk as
 * `i_uid_read` gives it and read back by `i_uid_write`. One without a number in the file system's namespace is lost.
 */
export function forgetInodes(world: World, { superblock, root }: KeptFilesystem): void {
  const { userNs } = superblock;
  const table = ownerTable(superblock);
  const keep = <K extends OwnerKind>(kind: K, kid: Kuid64<K>) =>
    makeKfsid(world, userNs, kind, fromKfsid(world, userNs, kind, kid, table), table);
  const visit = (inode: Inode) => {
    inode.setUid(keep("uid", inode.uid));
    inode.setGid(keep("gid", inode.gid));
    for (const type of ACL_TYPES) {
      const acl = inode.acls[type];
      if (acl) inode.acls[type] = mapAclIds(acl, keep);
    }
    for (const entry of inode.entries.values()) visit(entry);
  };
  visit(root);
}
