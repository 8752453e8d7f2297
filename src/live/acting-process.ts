import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type IdMap, idMap, MAX_MAP_LINES, mapUp, NO_ID } from "../core/index.ts";
import { type Capability, namesOf } from "../kernel/index.ts";
import { isInOwnNamespace, mapsOfProcess } from "./maps-of-process.ts";
import { statusField, statusIds } from "./process-status.ts";

/** Who a process is when it asks the kernel for something: ids as it counts them itself. */
export interface ActingProcess {
  readonly pid: number;
  /** /proc/PID/comm: up to 15 bytes, whatever the process likes. */
  readonly name: string;
  /** Effective; {@link NO_ID} where its own namespace has no number for it. */
  readonly uid: number;
  readonly gid: number;
  /** What files are asked with, as the caller counts it, whether the process has a number for it or not. */
  readonly fs: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly noNewPrivs: boolean;
  /** Supplementary; one without a number is left out. */
  readonly groups: readonly number[];
  /** Effective, over its own user namespace. */
  readonly caps: readonly Capability[];
  /** The maps of its namespace, as /proc shows them to the caller. */
  readonly maps: { readonly uid: IdMap<"uid">; readonly gid: IdMap<"gid"> };
  /** What its namespace's setgroups file says: namespaces made in it begin so. */
  readonly setgroups: "allow" | "deny";
}

/** Effective among real, effective, saved and file system id. */
const EFFECTIVE = 1;
const FS = 3;

/**
 * Look at a process as it acts at this moment.
 *
 * @throws the system's error: ENOENT for no such process, EACCES for one that may not be looked at
 * @source proc_pid_status(5): ids are those of the reader's namespace, CapEff counts in the process's own
 */
export function actingProcess(pid: number, proc = "/proc"): ActingProcess {
  const folder = join(proc, String(pid));
  const status = readFileSync(join(folder, "status"), "utf8");
  const isOwn = isInOwnNamespace(folder);
  const shown = mapsOfProcess(folder);
  const limits = { where: folder, maxLines: MAX_MAP_LINES };
  const maps = { uid: idMap<"uid">(shown.uid, limits), gid: idMap<"gid">(shown.gid, limits) };
  const inside = (map: IdMap, id: number | undefined): number =>
    id === undefined ? NO_ID : isOwn ? id : mapUp(map, id);
  return {
    pid,
    name: statusField(status, "Name"),
    uid: inside(maps.uid, statusIds(status, "Uid")[EFFECTIVE]),
    gid: inside(maps.gid, statusIds(status, "Gid")[EFFECTIVE]),
    fs: {
      uid: statusIds(status, "Uid")[FS] ?? NO_ID,
      gid: statusIds(status, "Gid")[FS] ?? NO_ID,
      groups: statusIds(status, "Groups"),
    },
    noNewPrivs: statusField(status, "NoNewPrivs") === "1",
    groups: statusIds(status, "Groups")
      .map((group) => inside(maps.gid, group))
      .filter((group) => group !== NO_ID),
    caps: namesOf(BigInt(`0x${statusField(status, "CapEff")}`)),
    maps,
    setgroups: readFileSync(join(folder, "setgroups"), "utf8").trim() === "deny" ? "deny" : "allow",
  };
}
