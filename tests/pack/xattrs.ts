/** Extended attributes on a disk, through Debian's attr. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/** What a machine has where {@link keepsXattrs}. */
export const XATTRS = "setfattr (package attr), and a temporary folder that keeps user attributes";

export function keepsXattrs(folder: string): boolean {
  return spawnSync("setfattr", ["-n", "user.userns", "-v", "1", folder]).status === 0;
}

/** @param value  as setfattr takes it; null: none */
export function setXattr(path: string, name: string, value: string | null): void {
  const change = value === null ? ["-x", name] : ["-n", name, "-v", value];
  const { status, stderr } = spawnSync("setfattr", [...change, "--", path], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

/** @returns a character a byte; null where there is none */
export function xattrOf(path: string, name: string): string | null {
  const args = ["-h", "-n", name, "--only-values", "--absolute-names", "--", path];
  const { status, stdout } = spawnSync("getfattr", args, { encoding: "latin1" });
  return status === 0 ? stdout : null;
}
