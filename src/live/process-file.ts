import { readFileSync, readlinkSync } from "node:fs";
import { systemErrorCode } from "./system-error.ts";

/** What became of reading a file of a process: processes end at any time, and some are not ours to look at. */
export type ProcessFile =
  | { readonly is: "read"; readonly text: string }
  | { readonly is: "gone" }
  | { readonly is: "forbidden" };

const GONE: ReadonlySet<string> = new Set(["ENOENT", "ESRCH", "EINVAL"]);
const FORBIDDEN: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

function reading(read: () => string): ProcessFile {
  try {
    return { is: "read", text: read() };
  } catch (error) {
    const code = systemErrorCode(error) ?? "";
    if (GONE.has(code)) return { is: "gone" };
    if (FORBIDDEN.has(code)) return { is: "forbidden" };
    throw error;
  }
}

/** A file of /proc/PID, whole. @example readProcessFile("/proc/1/comm").is // "read" */
export function readProcessFile(path: string): ProcessFile {
  return reading(() => readFileSync(path, "utf8"));
}

/** Where a link of /proc/PID points: `user:[4026531837]`. */
export function readProcessLink(path: string): ProcessFile {
  return reading(() => readlinkSync(path));
}
