import { join } from "node:path";
import type { KernelCalls } from "./kernel-calls.ts";
import { type MountIdmap, mountIdmapsOf } from "./mount-idmaps.ts";
import { readMountTable } from "./mount-table.ts";
import { readProcessFile, readProcessLink } from "./process-file.ts";

/** An idmapped mount of a process. */
export interface IdmappedMount {
  /** Where it is, as the process sees it. */
  readonly at: string;
  readonly type: string;
  /** Null: that it is idmapped is seen, and not how. */
  readonly map: MountIdmap | null;
}

/** The mounts of a mount namespace that are idmapped. */
export interface IdmappedMounts {
  /** The mount namespace, `mnt:[4026531832]`: processes that share it share all its mounts. */
  readonly namespace: string;
  readonly mounts: readonly IdmappedMount[];
}

/**
 * The idmapped mounts that a process has.
 *
 * @param calls  null: the maps are not seen
 * @returns      null when the process is gone, or may not be looked at
 */
export function idmappedMountsOf(pid: number, calls: KernelCalls | null, proc = "/proc"): IdmappedMounts | null {
  const folder = join(proc, String(pid));
  const namespace = readProcessLink(join(folder, "ns", "mnt"));
  const table = readProcessFile(join(folder, "mountinfo"));
  if (namespace.is !== "read" || table.is !== "read") return null;
  const idmapped = readMountTable(table.text).filter(({ options }) => options.includes("idmapped"));
  const maps = calls && idmapped.length > 0 ? mountIdmapsOf(calls, pid, proc) : null;
  const mounts = idmapped.map(({ id, at, type }) => ({ at, type, map: maps?.get(id) ?? null }));
  return { namespace: namespace.text, mounts };
}
