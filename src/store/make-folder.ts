import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isSystemError } from "./sqlite-fault.ts";

/**
 * Make a folder, and those above it, where there are none. Node's own way to do so never ends below /proc, where none
 * can be made.
 *
 * @param mode  of each that is made, less the process's umask
 * @throws what the system says, of the first that cannot be made
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    if (!isSystemError(error) || error.code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path), mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (!isSystemError(error) || error.code !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  }
}
