import { UsernsError } from "../core/errors.ts";
import type { Kuid64 } from "../core/kuid64.ts";
import type { FileCapability } from "./capability-xattr.ts";
import type { FilesystemTypeName } from "./filesystem-type.ts";
import type { SetAttr } from "./iattr.ts";
import type { KuidColumn } from "./kuid-column.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";
import type { AclType, InodeAcls, PosixAcl } from "./posix-acl.ts";
import type { Process, ProcessFile } from "./process.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { Verdict } from "./verdict.ts";

export type InodeType = "file" | "dir" | "symlink" | "fifo" | "chr" | "blk" | "sock";

/** The columns that inodes keep their owners in: row n of both belongs to one inode. */
export type InodeColumns = { readonly [K in OwnerKind]: KuidColumn<K> };

/** What an inode is made with. */
export interface InodeParts {
  readonly superblock: Superblock;
  readonly type: InodeType;
  /** Permission bits, set-id and sticky bits: 0 … 0o7777. */
  readonly mode: number;
  readonly uid: Kuid64<"uid">;
  readonly gid: Kuid64<"gid">;
}

const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();

/** A file, directory or other thing on a file system. Its owners live in the world's columns. */
export class Inode {
  readonly superblock: Superblock;
  readonly type: InodeType;
  /** The row of both owner columns. */
  readonly row: number;
  mode: number;
  size = 0;
  /** What a regular file holds, a character each byte; null: it is not known. */
  content: string | null = null;
  links = 1;
  /** A device's number; 0 for what is no device. */
  device = 0;
  /** Where a symbolic link points. */
  target = "";
  /** Is it a program that can be run? One that was written to or cut is none. */
  isProgram = false;
  /** POSIX ACLs by type; null: none of that type. */
  readonly acls: InodeAcls = { access: null, default: null };
  /** `security.capability`; null: none. */
  capability: FileCapability | null = null;
  readonly #columns: InodeColumns;
  // Made when they are wanted: most inodes are files without attributes, and two empty maps take more memory than all
  // else of them.
  #entries: Map<string, Inode> | null = null;
  #xattrs: Map<string, Uint8Array> | null = null;

  constructor(columns: InodeColumns, parts: InodeParts) {
    this.#columns = columns;
    this.superblock = parts.superblock;
    this.type = parts.type;
    this.mode = parts.mode;
    this.row = columns.uid.push(parts.uid);
    columns.gid.push(parts.gid);
  }

  /** A directory's entries, by name. */
  get entries(): Map<string, Inode> {
    this.#entries ??= new Map();
    return this.#entries;
  }
  /** Extended attributes by full name, but for ACLs and capabilities. */
  get xattrs(): ReadonlyMap<string, Uint8Array> {
    return this.#xattrs ?? NO_XATTRS;
  }
  setXattr(name: string, value: Uint8Array): void {
    this.#xattrs ??= new Map();
    this.#xattrs.set(name, value);
  }
  /** @returns whether it was there */
  removeXattr(name: string): boolean {
    return this.#xattrs?.delete(name) ?? false;
  }

  get uid(): Kuid64<"uid"> {
    return this.#columns.uid.at(this.row);
  }
  get gid(): Kuid64<"gid"> {
    return this.#columns.gid.at(this.row);
  }
  setUid(kuid: Kuid64<"uid">): void {
    this.#columns.uid.set(this.row, kuid);
  }
  setGid(kgid: Kuid64<"gid">): void {
    this.#columns.gid.set(this.row, kgid);
  }
}

/** On at most so many file systems one stands: `FILESYSTEM_MAX_STACK_DEPTH`. */
export const MAX_STACK_DEPTH = 2;

/** What a call does with a name in a directory, as `struct inode_operations` has it. */
export type NameOperation =
  | "create"
  | "mknod"
  | "mkdir"
  | "symlink"
  | "link"
  | "rename"
  | "unlink"
  | "rmdir"
  | "tmpfile";

/** The flags of renameat2. */
export const RENAME_FLAGS = ["", "noreplace", "exchange", "whiteout"] as const;
export type RenameFlag = (typeof RENAME_FLAGS)[number];

/** A mounted file system, however many mounts show it. */
export interface Superblock {
  readonly name: string;
  readonly type: FilesystemTypeName;
  /** `s_user_ns`: the namespace it was mounted in; maps the ids on disk. */
  readonly userNs: UserNamespace;
  isReadOnly: boolean;
  /** Whose things it counts, users' or groups': every owner must then be one that it can count for. Absent: nobody's. */
  readonly counts?: readonly OwnerKind[];
  /** What calls may do with the names in its directories; absent: everything. */
  readonly names?: readonly NameOperation[];
  /** Is a name that is not there an error even to those who would make it? */
  readonly hasNoFreeNames?: boolean;
  /** Are its owners ids of processes, whatever fs maps there are? As its type has it where this is absent. */
  readonly fsidmapExempt?: boolean;
  /** Fill a directory that was just made with what every directory of this file system has. */
  readonly populate?: (directory: Inode) => void;
  /** Bring an inode up to date: a directory before a name is looked for there, a file that is kept open before a write. */
  readonly refresh?: (inode: Inode) => void;
  /** The namespace that it shows, and which lives as long as it is mounted. */
  readonly shows?: OwnedNamespace;
  /** Which file of which process an inode shows; null: of none. */
  readonly processFile?: (inode: Inode) => ProcessFile | null;
  /** What opening asks beside permission. */
  readonly mayOpen?: (opener: Process, inode: Inode) => Verdict;
  /** Is the inode never changed (FS_IMMUTABLE_FL), whoever asks? */
  readonly isImmutable?: (inode: Inode) => boolean;
  /** Is the inode a directory that is written by nobody, whatever capabilities they have? */
  readonly isSealed?: (inode: Inode) => boolean;
  /** What a change of mode, owners or times asks beside what it asks everywhere. */
  readonly maySetattr?: (inode: Inode, attr: SetAttr) => Verdict;
  /** What removing a directory asks once its name may be taken away. */
  readonly mayRmdir?: (directory: Inode) => Verdict;
  /** What /proc/PID/mountinfo tells of the options that it was made with; absent: of none. */
  readonly showOptions?: () => readonly string[];
  /** On how many file systems, one on the other, it stands; absent for none. */
  readonly stackDepth?: number;
  /** SB_I_NOEXEC: is no program of it run, whatever its mounts say? */
  readonly isNoexec?: boolean;
  /** Absent where an inode is all there is to a file. */
  readonly operations?: InodeOperations;
}

/** A file system that outlives its mounts: what a block device holds, or the one hierarchy of cgroups. */
export interface KeptFilesystem {
  readonly superblock: Superblock;
  readonly root: Inode;
}

/** What a file system does that keeps its files on others: asked after the rules that hold for all have said yes. */
export interface InodeOperations {
  /** Is execve modelled there? */
  readonly runsPrograms?: boolean;
  /** Can the ACL be read, by whoever would be held to it or asks for it? Absent: always. */
  mayAskAcl?(inode: Inode, type: AclType): Verdict;
  /**
   * Set or remove an ACL that the caller may change; absent: ACLs are not modelled there.
   *
   * @param keepsSetgid  may the caller set an access ACL and leave the set-group-ID bit?
   */
  setAcl?(inode: Inode, type: AclType, acl: PosixAcl | null, keepsSetgid: boolean): Verdict;
  /**
   * Read an extended attribute that the caller may read; absent: they are not modelled there.
   *
   * @returns the bytes of security.capability too, as the namespace that owns the superblock counts; ENODATA, EOVERFLOW
   */
  getXattr?(inode: Inode, name: string): Verdict<Uint8Array>;
  /** Set one that the caller may set, or with null remove it. */
  setXattr?(inode: Inode, name: string, value: Uint8Array | null): Verdict;
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
  /** Give an inode another name, and show it; absent: not modelled. */
  link?(directory: Inode, name: string, inode: Inode): Verdict;
  /** Move a name, and show it; absent: not modelled. */
  rename?(from: NamedInode & { readonly inode: Inode }, to: NamedInode, flag: RenameFlag): Verdict;
}

/** A name in a directory, and what it stands for; null: nothing yet. */
export interface NamedInode {
  readonly directory: Inode;
  readonly name: string;
  readonly inode: Inode | null;
}

/**
 * Refuse what is not modelled on a file system that keeps its files on others.
 *
 * @param by  the operation that models it, where there is one
 * @throws UsernsError ERR_SCENARIO
 */
export function requireOwnFiles(
  { name, type, operations }: Superblock,
  what: string,
  by?: "link" | "rename" | "setAcl" | "setXattr",
): void {
  if (operations && !(by && operations[by]))
    throw new UsernsError("ERR_SCENARIO", {
      where: name,
      expected: `${what} on a file system that keeps its own files`,
      got: `${what} on ${type}, which is not modelled`,
    });
}
