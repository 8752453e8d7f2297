import { closeSync, openSync, readlinkSync } from "node:fs";
import type { KernelCalls } from "./kernel-calls.ts";
import { systemErrorCode } from "./system-error.ts";

/** What the kernel tells of a user namespace beside its maps. */
export interface NamespaceRelations {
  /** Who made it: a user id of the caller's own namespace, the overflow id for one that has none there. */
  readonly owner: number;
  /** The number of the namespace that it was made in; null for one that the caller may not see, as above its own. */
  readonly parent: number | null;
}

/** @source ioctl_ns(2) */
const NS_GET_PARENT = 0xb702;
const NS_GET_OWNER_UID = 0xb704;

/**
 * Who owns the user namespace of a process, and which it was made in.
 *
 * @returns null when the process is gone, or may not be looked at
 */
export function relationsOf(calls: KernelCalls, pid: number, proc = "/proc"): NamespaceRelations | null {
  const fd = openedOrNull(`${proc}/${pid}/ns/user`);
  if (fd === null) return null;
  try {
    const owner = new Uint8Array(4);
    if (calls.ioctl(fd, NS_GET_OWNER_UID, owner) < 0) return null;
    return { owner: new DataView(owner.buffer).getUint32(0, true), parent: parentOf(calls, fd) };
  } finally {
    closeSync(fd);
  }
}

function parentOf(calls: KernelCalls, fd: number): number | null {
  const parent = calls.ioctl(fd, NS_GET_PARENT, null);
  if (parent < 0) return null;
  try {
    const inode = /\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${parent}`))?.[1];
    return inode === undefined ? null : Number(inode);
  } finally {
    closeSync(parent);
  }
}

/** Open a file of a process; null where that is not to be. */
export function openedOrNull(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return null;
  }
}
