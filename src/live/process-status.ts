/**
 * A line of /proc/PID/status without its key; empty where there is none.
 *
 * @source  proc_pid_status(5)
 * @example statusField("Name:\tcat\nUid:\t0\t0\t0\t0\n", "Name") // "cat"
 */
export function statusField(status: string, key: string): string {
  return new RegExp(`^${key}:[ \\t]*(.*)$`, "m").exec(status)?.[1] ?? "";
}

/** The ids of a line: real, effective, saved and of the file system for Uid and Gid; every one for Groups. */
export function statusIds(status: string, key: "Uid" | "Gid" | "Groups"): readonly number[] {
  return statusField(status, key).split(/\s+/).filter(Boolean).map(Number);
}
