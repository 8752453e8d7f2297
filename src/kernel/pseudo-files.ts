import { CLASSICAL, isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { addEntry } from "./directory.ts";
import { Inode, type InodeType } from "./inode.ts";
import { type HasTranslators, makeKid } from "./uidgid.ts";
import type { OwnerIds, OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/** What belongs to the machine alone is global root's, whoever mounts it. */
export const GLOBAL_ROOT: OwnerIds = { uid: { id: 0, number: CLASSICAL }, gid: { id: 0, number: CLASSICAL } };

/** Root of a namespace; global root where it has none. */
export function rootOf<K extends OwnerKind>(world: HasTranslators, ns: UserNamespace, kind: K): Kuid64<K> {
  const root = makeKid(world, ns, kind, 0);
  return isValidKuid64(root) ? root : { id: 0, number: CLASSICAL };
}

/** A file that a file system of the kernel's own always has. */
export interface PseudoFile {
  /** Below the top of the file system. */
  readonly path: string;
  readonly type: InodeType;
  readonly mode: number;
  readonly owner: OwnerIds;
  /** Where a symbolic link leads. */
  readonly target?: string;
}

/**
 * Put files into a file system, each after the directory that holds it.
 *
 * @returns the inodes by path; `""` is the top
 */
export function addPseudoFiles(world: World, top: Inode, files: readonly PseudoFile[]): ReadonlyMap<string, Inode> {
  const made = new Map([["", top]]);
  for (const { path, type, mode, owner, target } of files) {
    const cut = path.lastIndexOf("/");
    const directory = made.get(path.slice(0, Math.max(cut, 0)));
    if (!directory) throw new Error(`no directory for ${path}`);
    const inode = new Inode(world.inodeColumns, { superblock: top.superblock, type, mode, ...owner });
    inode.target = target ?? "";
    addEntry(directory, path.slice(cut + 1), inode);
    made.set(path, inode);
  }
  return made;
}
