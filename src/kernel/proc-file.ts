import { isMapFileName, openMapFile, procEntryExists } from "./map-file.ts";
import { isNsCapable } from "./ns-capable.ts";
import { genericPermission, MAY, type Protected } from "./permission.ts";
import { PROC_ENTRIES, type ProcEntry, procOwner } from "./proc.ts";
import type { Process } from "./process.ts";
import { ptraceMayAccess } from "./ptrace.ts";
import type { Task } from "./task.ts";
import { fromKidMunged } from "./uidgid.ts";
import { allow, atStage, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/6_privilege.json (tags access, pairs, self)";

const RULES = ruleTable({
  memoryByPerfmon: {
    sentence:
      "CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace opens the files that show a process's memory layout and environment, dumpable or not.",
    source: SOURCE,
  },
  processThere: { sentence: "Only a process has a directory in /proc.", source: "proc(5): ENOENT" },
  ownDescriptors: {
    sentence: "A process may always list and search its own fd and map_files directories.",
    source: "proc(5), /proc/pid/fd; asked of a running Linux 6.18",
  },
});

/** A path below /proc/PID that is modelled, with its entry. */
export interface ProcPath {
  readonly path: string;
  readonly entry: ProcEntry;
}

/** Every path that is modelled. */
export const PROC_PATHS: readonly ProcPath[] = Object.entries(PROC_ENTRIES).map(([path, entry]) => ({ path, entry }));

/** Find an entry by its path below /proc/PID. @returns null for one that is not modelled */
export function procPath(path: string): ProcPath | null {
  return PROC_PATHS.find((known) => known.path === path) ?? null;
}

/** Directories that a process may search whoever owns them, where they are its own. */
const ALWAYS_OWN = ["fd", "map_files"];

/** The permission bits of an entry, for what it is asked for. */
function entryPermission(world: World, task: Task, target: Task, at: ProcPath, mask: number): Verdict {
  const { path, entry } = at;
  const { uid, gid } = procOwner(world, target, entry);
  const file: Protected = { uid, gid, mode: entry.mode, isDirectory: entry.type === "dir", table: "id" };
  const permitted = genericPermission(world, task.cred, file, mask);
  return !permitted.ok && task === target && ALWAYS_OWN.includes(path)
    ? allow(undefined, RULES.ownDescriptors)
    : permitted;
}

/** Is there a /proc directory of the task? */
export function procDirectory(world: World, target: Task): Verdict {
  return world.reaped.get(target.name) === target
    ? deny("ENOENT", RULES.processThere, `${target.name} has ended`)
    : allow();
}

/** The entry of a process. Everybody may search the directories that hold the modelled ones: /proc/PID, and ns in it. */
function reach(world: World, target: Task, { path }: ProcPath): Verdict {
  const there = procDirectory(world, target);
  return there.ok ? procEntryExists(world, path) : there;
}

/**
 * Open an entry of a task's /proc directory.
 *
 * @param mask  bits of {@link MAY}
 */
export function openProc(world: World, task: Task, target: Task, at: ProcPath, mask: number): Verdict {
  const reached = reach(world, target, at);
  if (!reached.ok) return reached;
  if (isMapFileName(at.path)) {
    const opened = openMapFile(world, task, target, at.path, mask);
    return opened.ok ? allow(undefined, opened.rule) : opened;
  }
  const permitted = entryPermission(world, task, target, at, mask);
  const { guard } = at.entry;
  return permitted.ok && guard ? passGuard(world, task, target, guard) : permitted;
}

/** What opening a guarded entry asks besides its permission bits. @returns EACCES */
export function passGuard(world: World, caller: Process, target: Task, guard: "memory" | "attach"): Verdict {
  const traced = ptraceMayAccess(world, caller, target, "fscreds");
  if (traced.ok) return traced;
  const isWatcher = (["perfmon", "sys_admin"] as const).some((name) =>
    isNsCapable(caller.cred, world.initUserNs, name),
  );
  return guard === "memory" && isWatcher
    ? allow(undefined, RULES.memoryByPerfmon)
    : deny("EACCES", traced.rule, traced.because);
}

/**
 * Open an entry of a task's /proc directory and read it, whatever it holds.
 *
 * @returns what {@link openProc} refuses; EPERM or EACCES at `read`
 */
export function readProc(world: World, task: Task, target: Task, at: ProcPath): Verdict {
  const opened = atStage(openProc(world, task, target, at, MAY.read), "open");
  const { readRefusal } = at.entry;
  if (!opened.ok || !readRefusal) return opened;
  const traced = ptraceMayAccess(world, task, target, "fscreds");
  return atStage(traced.ok ? traced : deny(readRefusal, traced.rule, traced.because), "read");
}

/** Read a link of a task's /proc directory. */
export function readProcLink(world: World, task: Task, target: Task, at: ProcPath): Verdict {
  const reached = reach(world, target, at);
  if (!reached.ok) return reached;
  const traced = ptraceMayAccess(world, task, target, "fscreds");
  return traced.ok ? traced : deny("EACCES", traced.rule, traced.because);
}

/** Owner and mode of an entry, as its reader is shown them. */
export interface ProcStat {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** `lstat` of an entry of a task's /proc directory. */
export function statProc(world: World, task: Task, target: Task, at: ProcPath): Verdict<ProcStat> {
  const reached = reach(world, target, at);
  if (!reached.ok) return reached;
  const { uid, gid } = procOwner(world, target, at.entry);
  const { userNs } = task.cred;
  return allow({
    uid: fromKidMunged(world, userNs, "uid", uid),
    gid: fromKidMunged(world, userNs, "gid", gid),
    mode: at.entry.mode,
  });
}
