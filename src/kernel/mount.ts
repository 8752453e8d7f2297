import type { IdMap } from "../core/id-map.ts";
import type { NamespaceNumber } from "../core/kuid64.ts";
import type { Inode, Superblock } from "./inode.ts";
import type { MountTree } from "./mount-tree.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";
import type { OwnerKind } from "./user-namespace.ts";

/** The maps of an idmapped mount, as they were when it was made: inside = file-system side. */
export interface MountIdmap {
  readonly name: string;
  /** The number of the namespace, where it was isolated then. */
  readonly number: NamespaceNumber;
  readonly maps: { readonly [K in OwnerKind]: IdMap<K> };
}

/** What can be switched on and off for a mount alone. */
export interface MountFlags {
  isReadOnly: boolean;
  isNosuid: boolean;
  isNoexec: boolean;
  isNodev: boolean;
}

export const NO_FLAGS: Readonly<MountFlags> = { isReadOnly: false, isNosuid: false, isNoexec: false, isNodev: false };

export interface Mount extends MountFlags {
  readonly name: string;
  readonly superblock: Superblock;
  /** What it was mounted from, as mount(2) was told; absent where a setup mounted it. */
  readonly source?: string;
  /** What the mount shows as its top: the root of the file system or a directory below it. */
  readonly root: Inode;
  /** What is mounted below it, where the mounts of a scenario have names and no places. */
  readonly carries?: readonly Mount[];
  /** null: ids pass as they are. */
  idmap: MountIdmap | null;
  /** The mount namespace that it was attached in later than those began, and is copied from; absent where all see it. */
  readonly attachedIn?: MountNamespace;
  /** Of one that was attached later: the flags that nobody may clear, for it was cloned from a more privileged copy. */
  readonly locked?: readonly (keyof MountFlags)[];
  /** The mount namespace in which its flags were changed last: a copy elsewhere has others, which are not modelled. */
  changedIn?: MountNamespace;
  /** The flags that it had before. */
  changedFrom?: Readonly<MountFlags>;
}

/** A file as a call reaches it: an inode, and the mount it is seen through. The kernel's `struct path`. */
export interface Path {
  readonly mount: Mount;
  readonly inode: Inode;
}

/** The mounts that a task sees, and who owns them. */
export interface MountNamespace extends OwnedNamespace {
  readonly name: string;
  /** Where they are mounted; empty where a scenario names its mounts. */
  readonly tree: MountTree<Mount>;
  /** Of the mounts that a scenario names, those that were attached later and are seen here: in it, or copied with it. */
  readonly attached: Set<Mount>;
}

/**
 * A mount namespace with copies of the mounts of another.
 *
 * @source mount_namespaces(7), "Restrictions on mount namespaces": with another owner all that came over is locked
 */
export function copyMountNamespace(of: MountNamespace, name: string, { userNs, inum }: OwnedNamespace): MountNamespace {
  return { name, userNs, inum, tree: of.tree.copy(userNs !== of.userNs), attached: new Set(of.attached) };
}
