import { parseMapText, textPlace } from "../kernel/index.ts";
import type { ToolCaller } from "./target-owner.ts";

/** A process whose fs map shall be written, as its /proc directory shows it. */
export interface FsidTarget {
  /** Who owns that directory. */
  readonly owner: ToolCaller;
  /** Is uid_map (gid_map) written? */
  readonly isIdMapWritten: boolean;
  /** fsuid_map (fsgid_map): is it written, and has the kernel one at all? */
  readonly fsMap: "none" | "empty" | "written";
  readonly isSetgroupsAllowed: boolean;
}

/** The files that the tools write. */
export type FsidMapFile = "fsuid_map" | "fsgid_map" | "setgroups";

/** Why a file of /proc/PID was not written. */
export interface KernelRefusal {
  readonly errno: string;
  readonly because: string;
}

/** Write one file of a target, whole and once. @returns null when it was taken */
export type FsidWriter = (file: FsidMapFile, text: string) => KernelRefusal | null;

/**
 * Write nothing; refuse a map that no kernel takes, since the text of an fs map is that of an id map.
 *
 * @source user_namespaces(7); fsid mappings (A.2 and A.4, step 5)
 */
export const dryWriter: FsidWriter = (file, text) => {
  if (file === "setgroups") return null;
  const read = parseMapText(text);
  return read.ok ? null : { errno: read.errno, because: `${textPlace(read, ": ")}${read.because}` };
};
