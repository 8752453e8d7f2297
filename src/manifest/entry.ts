import type { Gid, Uid } from "../core/index.ts";
import type { AclEntryText, AclType, FileCapability, InodeType } from "../kernel/index.ts";

/** What a path can be. */
export const ENTRY_TYPES = ["file", "dir", "symlink", "fifo", "chr", "blk", "sock"] as const satisfies InodeType[];

/** What a device node stands for. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** A time of the epoch: whole seconds, which may be below 0, and 0 … 999999999 nanoseconds after them. */
export interface FileTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** POSIX ACLs by type, their ids those of the image; null: the mode says all. */
export type EntryAcls = { readonly [T in AclType]: readonly AclEntryText[] | null };

/** One path of a tree, as the image has it: no id here is one of a host. */
export interface ManifestEntry {
  /** From the root of the tree, as {@link canonicalPath} writes it. */
  readonly path: string;
  readonly type: InodeType;
  /** Permission bits, set-id and sticky bits: 0 … 0o7777. */
  readonly mode: number;
  readonly uid: Uid;
  readonly gid: Gid;
  /** Of a device alone. */
  readonly device: DeviceNumber | null;
  /** Where a symbolic link leads; a text of bytes, as a path is. */
  readonly target: string | null;
  /**
   * Paths with the same number are one file, counted from 1 in the order of the paths; null for a file with one path.
   * What is said of the file is said at each of its paths.
   */
  readonly linkGroup: number | null;
  /** Bytes of a file; null where nobody said. */
  readonly sizeBytes: number | null;
  /** Of a file's bytes, in hex; null where nobody said. */
  readonly sha256: string | null;
  /** When it was last changed; null where nobody said. */
  readonly mtime: FileTime | null;
  readonly acls: EntryAcls;
  /** `security.capability`, its root id one of the image; null: none. */
  readonly capability: FileCapability | null;
  /** All other extended attributes, by full name; also a `security.capability` of a revision that is not known. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** What an mtree said of it that means nothing here, by keyword; null: a keyword without a value. It is kept. */
  readonly keywords: ReadonlyMap<string, string | null>;
}

/** What an entry has that has nothing beside a type, a mode and owners. */
export const BARE_ENTRY = {
  device: null,
  target: null,
  linkGroup: null,
  sizeBytes: null,
  sha256: null,
  mtime: null,
  acls: { access: null, default: null },
  capability: null,
  xattrs: new Map(),
  keywords: new Map(),
} as const satisfies Partial<ManifestEntry>;

/** What must be said of a path, and what may be. */
export type EntryFields = Pick<ManifestEntry, "path" | "type" | "mode" | "uid" | "gid"> & Partial<ManifestEntry>;

/**
 * An entry; what is not said it does not have.
 *
 * All its fields are in one place, and in one order: an object that is made of another one's fields and further ones
 * takes four times the memory (V8 11.3, measured), and a tree has many.
 */
export function entryOf(said: EntryFields): ManifestEntry {
  return {
    path: said.path,
    type: said.type,
    mode: said.mode,
    uid: said.uid,
    gid: said.gid,
    device: said.device ?? BARE_ENTRY.device,
    target: said.target ?? BARE_ENTRY.target,
    linkGroup: said.linkGroup ?? BARE_ENTRY.linkGroup,
    sizeBytes: said.sizeBytes ?? BARE_ENTRY.sizeBytes,
    sha256: said.sha256 ?? BARE_ENTRY.sha256,
    mtime: said.mtime ?? BARE_ENTRY.mtime,
    acls: said.acls ?? BARE_ENTRY.acls,
    capability: said.capability ?? BARE_ENTRY.capability,
    xattrs: said.xattrs ?? BARE_ENTRY.xattrs,
    keywords: said.keywords ?? BARE_ENTRY.keywords,
  };
}
