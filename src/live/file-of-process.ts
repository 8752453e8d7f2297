import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type IdmappedMount, idmappedMountsOf } from "./idmapped-mounts.ts";
import type { KernelCalls } from "./kernel-calls.ts";
import { isInOwnNamespace, type MapsOfProcess, mapsOfProcess } from "./maps-of-process.ts";
import { readMountTable } from "./mount-table.ts";
import { pathInside } from "./path-inside.ts";

/** A file as a process has it before it, in numbers of the caller's own namespace. */
export interface FileOfProcess {
  /** Who owns it, seen through the process's mount; the overflow id may mean that nobody does there. */
  readonly uid: number;
  readonly gid: number;
  readonly type: "file" | "dir" | "other";
  /** Permission bits, set-id bits among them. */
  readonly mode: number;
  /** The mount that it lies on. */
  readonly mount: { readonly at: string; readonly type: string };
  /** What that does not let be done, or its file system does not. */
  readonly flags: readonly ("ro" | "nosuid" | "noexec")[];
  /** Whether and how that is idmapped; null: it is not. */
  readonly idmapped: IdmappedMount | null;
  /** The maps of the process; null: it is in the caller's namespace, where every id is itself. */
  readonly maps: MapsOfProcess | null;
}

const FLAGS = ["ro", "nosuid", "noexec"] as const;

/** Open a file to look at it alone: neither read nor written. */
const O_PATH = 0o10000000;

/**
 * Look at a file with the eyes of a process: its root, its mounts, its maps.
 *
 * @param path   absolute, as the process writes it
 * @param calls  null: how a mount is idmapped is not seen
 * @throws       the system's error: ENOENT for no such process or file, EACCES for one that may not be looked at
 */
export function fileOfProcess(pid: number, path: string, calls: KernelCalls | null, proc = "/proc"): FileOfProcess {
  const folder = join(proc, String(pid));
  const fd = openSync(pathInside(join(folder, "root"), path), O_PATH | constants.O_NOFOLLOW);
  try {
    const stats = fstatSync(fd);
    const { uid, gid, mode } = stats;
    const mountId = Number(/^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1]);
    const line = readMountTable(readFileSync(join(folder, "mountinfo"), "utf8")).find(({ id }) => id === mountId);
    if (!line) throw new Error(`mount ${mountId} of ${path} is not in ${folder}/mountinfo`);
    const mounts = line.options.includes("idmapped") ? idmappedMountsOf(pid, calls, proc)?.mounts : [];
    return {
      uid,
      gid,
      type: stats.isFile() ? "file" : stats.isDirectory() ? "dir" : "other",
      mode: mode & 0o7777,
      flags: FLAGS.filter((flag) => line.options.includes(flag) || line.superOptions.includes(flag)),
      mount: { at: line.at, type: line.type },
      idmapped: mounts?.find(({ at, type }) => at === line.at && type === line.type) ?? null,
      maps: isInOwnNamespace(folder) ? null : mapsOfProcess(folder),
    };
  } finally {
    closeSync(fd);
  }
}
