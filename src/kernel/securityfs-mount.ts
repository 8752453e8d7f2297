import { Inode, type Superblock } from "./inode.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import { addPseudoFiles, GLOBAL_ROOT, type PseudoFile } from "./pseudo-files.ts";
import type { World } from "./world.ts";

/** @source Documentation/admin-guide/LSM/SafeSetID.rst */
const FILES: readonly PseudoFile[] = [
  { path: "safesetid", type: "dir", mode: 0o755, owner: GLOBAL_ROOT },
  { path: "safesetid/uid_allowlist_policy", type: "file", mode: 0o600, owner: GLOBAL_ROOT },
  { path: "safesetid/gid_allowlist_policy", type: "file", mode: 0o600, owner: GLOBAL_ROOT },
];

/** The file system of security modules, with the files of the one that is modelled. It is the machine's. */
export function mountSecurityfs(world: World, name: string): Mount {
  const superblock: Superblock = { name, type: "securityfs", userNs: world.initUserNs, isReadOnly: false };
  const top = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, ...GLOBAL_ROOT });
  addPseudoFiles(world, top, FILES);
  return { ...NO_FLAGS, name, superblock, root: top, idmap: null };
}
