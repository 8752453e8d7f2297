/**
 * File systems of disks that stand ready for the live runner: USERNS_DISKS names a folder in which one of each type is
 * mounted under the type's name (ext4, xfs, btrfs). A file system of a world is a folder of it, bound where it belongs.
 */
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const FOLDER = process.env.USERNS_DISKS;

/** Does a file system of this type stand ready? */
export function hasDisk(type: string): boolean {
  return FOLDER !== undefined && existsSync(join(FOLDER, type));
}

/** The folders of worlds before, oldest first: a disk holds those of a few worlds. */
const parts: string[] = [];
const MOST_PARTS = 20;

/** An empty folder of a file system of a type. @returns null where none stands ready, and a tmpfs stands in */
export function freshPart(type: string): string | null {
  if (FOLDER === undefined || !hasDisk(type)) return null;
  if (parts.length === 0) process.once("exit", () => removeParts(parts.length));
  const made = mkdtempSync(join(FOLDER, type, "part-"));
  chmodSync(made, 0o777);
  parts.push(made);
  removeParts(parts.length - MOST_PARTS);
  return made;
}

function removeParts(count: number): void {
  for (const old of parts.splice(0, Math.max(0, count))) rmSync(old, { recursive: true, force: true });
}
