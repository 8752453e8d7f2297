import { readdirSync } from "node:fs";
import { join } from "node:path";
import { contains, type Range } from "../core/index.ts";
import type { LiveProcess } from "./namespaces.ts";
import { readProcessFile } from "./process-file.ts";
import { statusField, statusIds } from "./process-status.ts";

/** A process, and the ids that it acts with or could take up. */
export interface ProcessIds extends LiveProcess {
  /** Real, effective, saved and file system ids, without repeats. */
  readonly uid: readonly number[];
  /** The same, and the supplementary groups. */
  readonly gid: readonly number[];
}

/**
 * Every process, with its ids as the caller's own user namespace sees them. One that ends meanwhile is left out.
 *
 * @source proc_pid_status(5): Uid, Gid, Groups; they need no privilege
 */
export function readProcesses(proc = "/proc"): readonly ProcessIds[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const status = readProcessFile(join(proc, name, "status"));
      return status.is === "read" ? [readStatus(Number(name), status.text)] : [];
    });
}

function readStatus(pid: number, status: string): ProcessIds {
  const ids = (...keys: readonly ("Uid" | "Gid" | "Groups")[]) => [
    ...new Set(keys.flatMap((key) => statusIds(status, key))),
  ];
  return { pid, name: statusField(status, "Name"), uid: ids("Uid"), gid: ids("Gid", "Groups") };
}

/** Those of the processes that have an id of one of the ranges. */
export function processesWithin(processes: readonly ProcessIds[], ranges: readonly Range[]): readonly ProcessIds[] {
  return processes.filter(({ uid, gid }) => [...uid, ...gid].some((id) => ranges.some((range) => contains(range, id))));
}
