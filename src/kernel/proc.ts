import { rootOf } from "./pseudo-files.ts";
import type { Task } from "./task.ts";
import type { OwnerIds } from "./user-namespace.ts";
import type { World } from "./world.ts";

/** An entry of a /proc/PID directory. */
export interface ProcEntry {
  readonly type: "dir" | "file" | "symlink";
  readonly mode: number;
  /**
   * What opening asks besides the permission bits: `memory`, as maps and environ do: may the caller look into the
   * target, or watch the performance of the machine; `attach`, as mem does: may it look into the target.
   */
  readonly guard?: "memory" | "attach";
  /** What reading is refused with where it asks whether the caller may look into the target, which opening did not. */
  readonly readRefusal?: "EPERM" | "EACCES";
}

const dir = (mode: number): ProcEntry => ({ type: "dir", mode });
const file = (mode: number): ProcEntry => ({ type: "file", mode });
const memory = (mode: number): ProcEntry => ({ type: "file", mode, guard: "memory" });
/** Whoever holds it open is asked again when reading. */
const guardedRead = (readRefusal: "EPERM" | "EACCES"): ProcEntry => ({ type: "file", mode: 0o400, readRefusal });
const LINK: ProcEntry = { type: "symlink", mode: 0o777 };

/**
 * The entries that are modelled, by path below /proc/PID; "" is the directory itself.
 *
 * @source proc(5); modes and guards as a running Linux 6.18 shows them
 */
export const PROC_ENTRIES = {
  "": dir(0o555),
  task: dir(0o555),
  ns: dir(0o511),
  fd: dir(0o500),
  map_files: dir(0o500),
  environ: memory(0o400),
  auxv: memory(0o400),
  maps: memory(0o444),
  smaps: memory(0o444),
  smaps_rollup: memory(0o444),
  numa_maps: memory(0o444),
  pagemap: memory(0o400),
  mem: { type: "file", mode: 0o600, guard: "attach" },
  personality: guardedRead("EPERM"),
  syscall: guardedRead("EPERM"),
  io: guardedRead("EACCES"),
  status: file(0o444),
  stat: file(0o444),
  statm: file(0o444),
  cmdline: file(0o444),
  comm: file(0o644),
  limits: file(0o444),
  wchan: file(0o444),
  mounts: file(0o444),
  mountinfo: file(0o444),
  mountstats: file(0o400),
  cgroup: file(0o444),
  oom_score: file(0o444),
  oom_score_adj: file(0o644),
  uid_map: file(0o644),
  gid_map: file(0o644),
  projid_map: file(0o644),
  fsuid_map: file(0o644),
  fsgid_map: file(0o644),
  setgroups: file(0o644),
  loginuid: file(0o644),
  isolated_uns: file(0o644),
  exe: LINK,
  cwd: LINK,
  root: LINK,
  "ns/cgroup": LINK,
  "ns/ipc": LINK,
  "ns/mnt": LINK,
  "ns/net": LINK,
  "ns/pid": LINK,
  "ns/pid_for_children": LINK,
  "ns/time": LINK,
  "ns/time_for_children": LINK,
  "ns/user": LINK,
  "ns/uts": LINK,
} as const satisfies { readonly [path: string]: ProcEntry };

/** The mode whose entries keep a task's own ids: that of /proc/PID and of `task`. */
const ALWAYS_OWN = 0o555;

/**
 * Who owns an entry of a task's /proc directory: the task's effective ids; for a task that is not dumpable, root of the
 * namespace that owns its memory, or global root where that has none.
 *
 * Directories that everybody may list and search keep the effective ids all the same.
 *
 * @source proc(5), /proc/pid; vectors/linux-6.18/6_privilege.json (tag procstat)
 */
export function procOwner(world: World, task: Task, entry: ProcEntry): OwnerIds {
  const { cred } = task;
  const keepsOwn = entry.type === "dir" && entry.mode === ALWAYS_OWN;
  if (task.dumpable === 1 || keepsOwn) return { uid: cred.uid.effective, gid: cred.gid.effective };
  return { uid: rootOf(world, task.mmNs, "uid"), gid: rootOf(world, task.mmNs, "gid") };
}
