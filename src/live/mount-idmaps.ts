import { closeSync } from "node:fs";
import type { Extent } from "../core/index.ts";
import { extentsShown } from "./extents-shown.ts";
import type { KernelCalls } from "./kernel-calls.ts";
import { openedOrNull } from "./namespace-relations.ts";

/** The maps of an idmapped mount: from ids of its file system to ids seen through it, in the caller's own numbers. */
export interface MountIdmap {
  readonly uid: readonly Extent[];
  readonly gid: readonly Extent[];
}

/** @source statmount(2), listmount(2): the same numbers on every machine that is served */
const STATMOUNT = 457;
const LISTMOUNT = 458;
const NS_GET_MNTNS_ID = 0x8008_b705;
const ALL_MOUNTS = 0xffff_ffff_ffff_ffffn;
const REQUEST_BYTES = 32;

/** What is asked of a mount: its ids (for mountinfo's number) and its maps. Linux 6.15 tells them. */
const MNT_BASIC = 0x2n;
const UIDMAP = 0x2000n;
const GIDMAP = 0x4000n;

/** Where a `struct statmount` holds them. */
const AT = { mask: 8, oldId: 56, uidCount: 152, uid: 156, gidCount: 160, gid: 164, strings: 512 } as const;
/** 340 lines of 33 bytes, of both kinds, and room. */
const STATMOUNT_BYTES = 32_768;
const EOVERFLOW = -75;

/**
 * The maps of the idmapped mounts that a process has, by the mount's number in mountinfo.
 *
 * @returns null where this kernel does not tell them (before 6.15), or the process may not be looked at
 */
export function mountIdmapsOf(calls: KernelCalls, pid: number, proc = "/proc"): ReadonlyMap<number, MountIdmap> | null {
  const namespace = mountNamespaceOf(calls, `${proc}/${pid}/ns/mnt`);
  if (namespace === null) return null;
  const ids = listMounts(calls, namespace);
  if (!ids) return null;
  const found = new Map<number, MountIdmap>();
  for (const id of ids) {
    const bytes = new Uint8Array(STATMOUNT_BYTES);
    const request = requestOf(id, MNT_BASIC | UIDMAP | GIDMAP, namespace);
    const status = calls.syscall(STATMOUNT, request, bytes, bytes.length);
    if (status === EOVERFLOW) throw new Error(`mount ${id} has maps of more than ${STATMOUNT_BYTES} bytes`);
    // It is gone since it was listed.
    if (status < 0) continue;
    const view = new DataView(bytes.buffer);
    const mask = view.getBigUint64(AT.mask, true);
    if ((mask & UIDMAP) === 0n) continue;
    found.set(view.getUint32(AT.oldId, true), {
      uid: mapIn(view, AT.uidCount, AT.uid),
      gid: mapIn(view, AT.gidCount, AT.gid),
    });
  }
  return found;
}

function mountNamespaceOf(calls: KernelCalls, path: string): bigint | null {
  const fd = openedOrNull(path);
  if (fd === null) return null;
  try {
    const id = new Uint8Array(8);
    return calls.ioctl(fd, NS_GET_MNTNS_ID, id) < 0 ? null : new DataView(id.buffer).getBigUint64(0, true);
  } finally {
    closeSync(fd);
  }
}

function listMounts(calls: KernelCalls, namespace: bigint): readonly bigint[] | null {
  const page = new BigUint64Array(512);
  const all: bigint[] = [];
  for (let last = 0n; ; ) {
    const count = calls.syscall(LISTMOUNT, requestOf(ALL_MOUNTS, last, namespace), page, page.length);
    if (count < 0) return null;
    all.push(...page.subarray(0, count));
    if (count < page.length) return all;
    last = all.at(-1) ?? 0n;
  }
}

/** A `struct mnt_id_req`. */
function requestOf(id: bigint, parameter: bigint, namespace: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(REQUEST_BYTES));
  view.setUint32(0, REQUEST_BYTES, true);
  view.setBigUint64(8, id, true);
  view.setBigUint64(16, parameter, true);
  view.setBigUint64(24, namespace, true);
  return new Uint8Array(view.buffer);
}

/** Lines of a map, each a text that ends in NUL. */
function mapIn(view: DataView, countAt: number, at: number): readonly Extent[] {
  const count = view.getUint32(countAt, true);
  const bytes = new Uint8Array(view.buffer, AT.strings + view.getUint32(at, true));
  const text = new TextDecoder("latin1").decode(bytes);
  return extentsShown(text.split("\0", count).join("\n"));
}
