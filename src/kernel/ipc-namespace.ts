import type { Cred } from "./cred.ts";
import type { Inode } from "./inode.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";
import type { OwnerIds } from "./user-namespace.ts";

/** Shared memory and message queues that some tasks share. */
export interface IpcNamespace extends OwnedNamespace {
  /** Shared memory segments, by key. */
  readonly segments: Map<number, IpcPerm>;
  /** Who made it: the owner of the directory of POSIX message queues. */
  readonly maker: OwnerIds;
  /** That directory, once it was mounted. */
  queues: Inode | null;
}

/** @param maker  the filesystem ids of whoever makes it */
export function newIpcNamespace(made: OwnedNamespace, { uid, gid }: Pick<Cred, "uid" | "gid">): IpcNamespace {
  return { ...made, segments: new Map(), maker: { uid: uid.fs, gid: gid.fs }, queues: null };
}

/** An object of System V IPC as far as ids go: `struct kern_ipc_perm`. */
export interface IpcPerm {
  owner: OwnerIds;
  readonly creator: OwnerIds;
  /** Permission bits as of a file; x means nothing. */
  readonly mode: number;
}
