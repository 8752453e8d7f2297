import { isFixedProcFile, procPath } from "../../kernel/index.ts";
import { hasPid } from "./command.ts";

/** A file in the /proc directory of an agent, or what a path there leads to through its root directory. */
export interface ProcFile {
  readonly agent: string;
  /** Below /proc/PID; "" is the directory itself. */
  readonly file: string;
}

const PROC = /^\/proc\/([a-z])(?:\/(.*))?$/;
const LEADS_AWAY = /^(?:root|cwd)(?:\/|$)/;

/**
 * The file of an agent's /proc directory that a path names; the directory of its one thread holds the same.
 *
 * @returns null for any other path, also for one through root or cwd
 * @example procFileOf("/proc/a/task/a/status") // { agent: "a", file: "status" }
 */
export function procFileOf(path: string): ProcFile | null {
  const [whole, agent = "", below = ""] = PROC.exec(path) ?? [];
  if (whole === undefined || LEADS_AWAY.test(below)) return null;
  const thread = `task/${agent}`;
  return {
    agent,
    file: below === thread ? "" : below.startsWith(`${thread}/`) ? below.slice(thread.length + 1) : below,
  };
}

/** The link of a process to its root directory or to where it is, asked about itself; null for what it leads to. */
export function directoryLinkOf(path: string): ProcFile | null {
  const [, agent = "", file = ""] = /^\/proc\/([a-z])\/(root|cwd)$/.exec(path) ?? [];
  return file === "" ? null : { agent, file };
}

/** How many user namespaces a user may have, in any procfs: what it says is the reader's own namespace's. */
export const MAX_USER_NAMESPACES = "/sys/user/max_user_namespaces";

/** How many pages the pipes of a user may have. */
export const PIPE_PAGES = "/proc/sys/fs/pipe-user-pages-soft";

/** The policies of SafeSetID, wherever securityfs is mounted. */
export const SETID_POLICY = /\/safesetid\/([ug]id)_allowlist_policy$/;

/** The file of a cgroup that takes the pid of a process. */
export const CGROUP_PROCS = "/cgroup.procs";

/** What is written to a file, as far as it can be told: a pid is the machine's own, and only a cgroup takes one for what it is. */
export function toldText(path: string, text: string): string | null {
  return hasPid(text) && !path.endsWith(CGROUP_PROCS) ? null : text;
}

/** Why the number of a process is not written to a file of another. */
export const PID_IN_PROC = "a pid is the machine's own, and says nothing there";

/** Other files of a cgroup, which set it up. */
export function isOtherCgroupFile(path: string): boolean {
  return /\/cgroup\.\w+$/.test(path) && !path.endsWith(CGROUP_PROCS);
}

/** Is it a link: to a namespace, a program, a directory? */
export function isProcLink(file: string): boolean {
  return procPath(file)?.entry.type === "symlink";
}

/** Files of /proc/PID that the machine of the recordings was built without: their names are nothing's. */
const NOT_BUILT: readonly string[] = ["io"];

/** Was the machine of the recordings built with this file of /proc/PID? */
export function isBuilt({ file }: ProcFile): boolean {
  return !NOT_BUILT.includes(file);
}

/**
 * What the machine has at /dev, /proc and /sys, but for processes, cgroups and what is mounted for security
 * modules.
 */
const OF_THE_MACHINE =
  /^\/(?:dev(?:\/+.*)?|proc\/(?![a-z](?:\/|$)).+|sys(?:\/+(?!fs\/cgroup(?:\/|$)|kernel\/security(?:\/|$)).*)?)$/s;

/** Settings of the machine, which are written to by calls of their own: these open them anew each time. */
export function isSetting(path: string): boolean {
  return path.endsWith(MAX_USER_NAMESPACES) || path === PIPE_PAGES || SETID_POLICY.test(path);
}

/** Does it lead to a namespace, which whoever may look into the process opens, but to be read only? */
export function isNsFile(file: string): boolean {
  return file.startsWith("ns/");
}

/** @source asked of a running Linux 6.18 */
export const NS_NOT_WRITTEN = "ret=-1 EPERM";

/** Why nothing can be told about a path in the machine's procfs, sysfs or devtmpfs; null: something can. */
export function whyUnknown(path: string): string | null {
  const proc = procFileOf(path);
  if (proc) return isBuilt(proc) && !procPath(proc.file) ? `/proc/PID/${proc.file} is no file that is modelled` : null;
  const isKnown = isSetting(path) || isFixedProcFile(path.replace(/^\/proc\//, ""));
  return !isKnown && OF_THE_MACHINE.test(path)
    ? `${path}: what proc, sysfs and devtmpfs hold beside processes is not modelled`
    : null;
}

/**
 * A path as the machine's procfs has it: with the pid where a script has the name of an agent. What the machine was built
 * without stays as it is: nothing has that name.
 *
 * @param pidOf  undefined for a name that no agent has
 * @example withPid("/proc/a/comm", () => 101) // "/proc/101/comm"
 */
export function withPid(path: string, pidOf: (agent: string) => number | undefined): string {
  const proc = procFileOf(path);
  const pid = proc && isBuilt(proc) ? pidOf(proc.agent) : undefined;
  return proc && pid !== undefined ? `/proc/${pid}${proc.file === "" ? "" : `/${proc.file}`}` : path;
}

/** The path of a namespace's file, by the name of its agent where a procfs that was mounted has it under a number. */
export function nsFile(path: string, { procFile }: FindsProcFile): string {
  const found = procFile(path);
  return found ? `/proc/${found.agent}/${found.file}` : path;
}

/** Whoever knows which procfs are mounted where. */
export interface FindsProcFile {
  /** The file of an agent that a path leads to, in the machine's procfs or in another that is mounted. */
  readonly procFile: (path: string) => ProcFile | null;
}
