import type { Kuid64 } from "../core/kuid64.ts";
import type { FileCapability } from "./file-capability.ts";
import type { KuidColumn } from "./kuid-column.ts";
import type { Superblock } from "./mount.ts";
import type { InodeAcls } from "./posix-acl.ts";
import type { OwnerKind } from "./user-namespace.ts";

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

/** A file, directory or other thing on a file system. Its owners live in the world's columns. */
export class Inode {
  readonly superblock: Superblock;
  readonly type: InodeType;
  /** The row of both owner columns. */
  readonly row: number;
  mode: number;
  size = 0;
  links = 1;
  /** A directory's entries, by name. */
  readonly entries: Map<string, Inode> = new Map();
  /** A device's number; 0 for what is no device. */
  device = 0;
  /** Extended attributes by full name, but for ACLs and capabilities. */
  readonly xattrs: Map<string, Uint8Array> = new Map();
  /** Where a symbolic link points. */
  target = "";
  /** Is it a program that can be run? One that was written to or cut is none. */
  isProgram = false;
  /** POSIX ACLs by type; null: none of that type. */
  readonly acls: InodeAcls = { access: null, default: null };
  /** `security.capability`; null: none. */
  capability: FileCapability | null = null;
  readonly #columns: InodeColumns;

  constructor(columns: InodeColumns, parts: InodeParts) {
    this.#columns = columns;
    this.superblock = parts.superblock;
    this.type = parts.type;
    this.mode = parts.mode;
    this.row = columns.uid.push(parts.uid);
    columns.gid.push(parts.gid);
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
