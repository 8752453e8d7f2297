import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Extent, UsernsError } from "../core/index.ts";
import { extentsShown } from "./extents-shown.ts";
import { readProcessFile, readProcessLink } from "./process-file.ts";

/** A user namespace that some process is in. */
export interface LiveNamespace {
  /** Its number, as lsns(8) shows it: the inode of /proc/PID/ns/user. */
  readonly inode: number;
  /** What its ids are in the namespace of whoever asked. Lines that have no ids there are left out. */
  readonly uid: readonly Extent[];
  readonly gid: readonly Extent[];
  /** The number of the namespace it was made in; null where nothing tells. */
  readonly parent: number | null;
  /** By number; the first is the oldest as a rule. */
  readonly processes: readonly LiveProcess[];
}

export interface LiveProcess {
  readonly pid: number;
  /** /proc/PID/comm: up to 15 bytes, whatever the process likes. */
  readonly name: string;
}

/** What could be seen. A namespace that no process is in, kept by a mount or an open file, is not. */
export interface LiveNamespaces {
  /** The namespace of whoever asked: all ids are those of it. */
  readonly own: number;
  /** Every other one, by number. */
  readonly others: readonly LiveNamespace[];
  /** Processes that may not be looked at; root of the machine sees all. */
  readonly hiddenCount: number;
  /** Are the parents known? */
  readonly hasParents: boolean;
}

/**
 * Every user namespace that a process is in, with its maps as the caller's own namespace sees them: so nested maps come
 * flattened, and the lines of all can be compared.
 *
 * @param proc  where a proc file system is mounted
 * @throws UsernsError ERR_FILE when it is not there
 * @source user_namespaces(7): outside ids are those of the reader, unless it is in the namespace itself; namespaces(7)
 */
export function readNamespaces(proc = "/proc"): LiveNamespaces {
  const own = inodeOf(join(proc, "self"));
  if (typeof own !== "number")
    throw new UsernsError("ERR_FILE", { where: proc, expected: "a proc file system with this process", got: "none" });
  const parents = readParents();
  const found = new Map<number, { maps: Pick<LiveNamespace, "uid" | "gid"> | null; processes: LiveProcess[] }>();
  let hiddenCount = 0;
  for (const pid of processIds(proc)) {
    const folder = join(proc, String(pid));
    const inode = inodeOf(folder);
    if (inode === "forbidden") hiddenCount++;
    if (typeof inode !== "number" || inode === own) continue;
    const comm = readProcessFile(join(folder, "comm"));
    const before = found.get(inode);
    const maps = before?.maps ?? mapsOf(folder);
    const process = { pid, name: comm.is === "read" ? comm.text.replace(/\n$/, "") : "" };
    found.set(inode, { maps, processes: [...(before?.processes ?? []), process] });
  }
  const others = [...found].flatMap(([inode, { maps, processes }]) =>
    maps ? [{ inode, ...maps, parent: parents?.get(inode) ?? null, processes }] : [],
  );
  others.sort((a, b) => a.inode - b.inode);
  return { own, others, hiddenCount, hasParents: parents !== null };
}

function processIds(proc: string): readonly number[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function inodeOf(folder: string): number | "gone" | "forbidden" {
  const link = readProcessLink(join(folder, "ns", "user"));
  if (link.is !== "read") return link.is;
  const inode = /^user:\[(\d+)\]$/.exec(link.text)?.[1];
  return inode === undefined ? "gone" : Number(inode);
}

/** @returns null when the process is gone before its maps were read */
function mapsOf(folder: string): Pick<LiveNamespace, "uid" | "gid"> | null {
  const uid = readProcessFile(join(folder, "uid_map"));
  const gid = readProcessFile(join(folder, "gid_map"));
  return uid.is === "read" && gid.is === "read" ? { uid: extentsShown(uid.text), gid: extentsShown(gid.text) } : null;
}

/**
 * Which namespace each was made in, as lsns(8) knows it: by an ioctl that Node cannot make.
 *
 * @returns null without lsns of util-linux 2.38 or newer
 */
function readParents(): ReadonlyMap<number, number> | null {
  const { status, stdout } = spawnSync("lsns", ["--raw", "--noheadings", "--type", "user", "--output", "NS,PNS"], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  });
  if (status !== 0) return null;
  return new Map(Array.from(stdout.matchAll(/^(\d+) (\d+)$/gm), ([, ns, parent]) => [Number(ns), Number(parent)]));
}
