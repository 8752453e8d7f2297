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
