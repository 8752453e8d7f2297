import { UsernsError } from "../core/errors.ts";
import type { IdMap } from "../core/id-map.ts";
import type { NamespaceNumber } from "../core/kuid64.ts";
import type { Inode } from "./inode.ts";
import type { MountTree } from "./mount-tree.ts";
import type { SetAttr } from "./setattr.ts";
import type { Task } from "./task.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { Verdict } from "./verdict.ts";

/** A mounted file system, however many mounts show it. */
export interface Superblock {
  readonly name: string;
  readonly type: string;
  /** `s_user_ns`: the namespace it was mounted in; maps the ids on disk. */
  readonly userNs: UserNamespace;
  isReadOnly: boolean;
  /** Does it count what each user and group has? Then every owner must be one that it can count for. */
  readonly hasQuota?: boolean;
  /** Are its owners ids of processes, whatever fs maps there are? As its type has it where this is absent. */
  readonly fsidmapExempt?: boolean;
  /** Fill a directory that was just made with what every directory of this file system has. */
  readonly populate?: (directory: Inode) => void;
  /** Bring the entries of a directory up to date before a name is looked for there. */
  readonly refresh?: (directory: Inode) => void;
  /** What opening asks beside permission. */
  readonly mayOpen?: (task: Task, inode: Inode) => Verdict;
  /** Absent where an inode is all there is to a file. */
  readonly operations?: InodeOperations;
}

/** What a file system does that keeps its files on others: asked after the rules that hold for all have said yes. */
export interface InodeOperations {
  permission(inode: Inode, mask: number): Verdict;
  /** May the name be looked for in the directory, whether or not it is there? */
  lookup(directory: Inode, name: string): Verdict;
  /** May the entries of the directory be listed? */
  list(directory: Inode): Verdict;
  open(inode: Inode, mask: number): Verdict;
  setattr(inode: Inode, attr: SetAttr): Verdict;
  /** @param shown  the inode as it would be, not yet in the directory */
  create(directory: Inode, name: string, shown: Inode): Verdict;
  remove(directory: Inode, name: string, inode: Inode): Verdict;
}

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
  /** What the mount shows as its top: the root of the file system or a directory below it. */
  readonly root: Inode;
  /** null: ids pass as they are. */
  idmap: MountIdmap | null;
  /** The mount namespace that it was attached in later than those began; absent where all see it. */
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
export interface MountNamespace {
  readonly name: string;
  readonly userNs: UserNamespace;
  /** Where they are mounted; empty where a scenario names its mounts. */
  readonly tree: MountTree;
}

/**
 * Refuse what is not modelled on a file system that keeps its files on others.
 *
 * @throws UsernsError ERR_SCENARIO
 */
export function requireOwnFiles({ name, type, operations }: Superblock, what: string): void {
  if (operations)
    throw new UsernsError("ERR_SCENARIO", {
      where: name,
      expected: `${what} on a file system that keeps its own files`,
      got: `${what} on ${type}, which is not modelled`,
    });
}
