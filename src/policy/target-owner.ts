import type { PasswdEntry } from "../formats/index.ts";

/** Real ids of the initial namespace: who runs a tool, or whom a process belongs to. */
export interface ToolCaller {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whether a tool takes a process for the caller's own; else the three pairs of ids that it compares, as it prints them.
 *
 * @param user   the caller's line of passwd
 * @param owner  who owns the /proc directory of the process
 * @returns      null for the caller's own
 * @source       vectors/linux-6.18/7_newidmap.json (tag caller)
 * @example      strangerShown({ uid: 5, gid: 5 }, { name: "ben", uid: 5, gid: 5 }, { uid: 6, gid: 5 })
 *               // "uid:5 pw_uid:5 st_uid:6, gid:5 pw_gid:5 st_gid:5"
 */
export function strangerShown(caller: ToolCaller, user: PasswdEntry, owner: ToolCaller): string | null {
  const isSame = [user, owner].every(({ uid, gid }) => uid === caller.uid && gid === caller.gid);
  if (isSame) return null;
  return (["uid", "gid"] as const)
    .map((of) => `${of}:${caller[of]} pw_${of}:${user[of]} st_${of}:${owner[of]}`)
    .join(", ");
}
