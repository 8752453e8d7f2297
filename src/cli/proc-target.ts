import { closeSync, constants, existsSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { FsidTarget, FsidWriter, MappedKind, ProcPlace } from "../policy/index.ts";
import { isSystemError } from "./fault.ts";

/** The /proc directory of a process. @example procFolder({ by: "fd", number: 3 }) // "/proc/self/fd/3" */
export function procFolder({ by, number }: ProcPlace): string {
  return by === "fd" ? `/proc/self/fd/${number}` : `/proc/${number}`;
}

/**
 * What the /proc directory of a process shows of its maps.
 *
 * @param folder  {@link procFolder}; what holds files of those names
 * @returns       null where it cannot be read: the process is gone, or somebody else's
 */
export function readProcTarget(folder: string, kind: MappedKind): FsidTarget | null {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const fsMap = `fs${kind}_map`;
  try {
    const { uid, gid } = statSync(folder);
    const isThere = existsSync(join(folder, fsMap));
    return {
      owner: { uid, gid },
      isIdMapWritten: read(`${kind}_map`).trim() !== "",
      fsMap: !isThere ? "none" : read(fsMap).trim() === "" ? "empty" : "written",
      isSetgroupsAllowed: read("setgroups").trim() === "allow",
    };
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

/** Write the map files of a process, each whole and in one write, since the kernel takes no second. */
export function procWriter(folder: string): FsidWriter {
  return (file, text) => {
    const path = join(folder, file);
    try {
      const descriptor = openSync(path, constants.O_WRONLY);
      try {
        writeSync(descriptor, text);
      } finally {
        closeSync(descriptor);
      }
      return null;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return { errno: error.code ?? error.message, because: `${path}: ${error.message}` };
    }
  };
}
