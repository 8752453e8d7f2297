import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** In memory where the machine has such a folder: what is tested is what a killed process leaves, not the disk. */
const PLACE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** The path of a file of SQLite that is not there yet, in a folder that goes with the test. */
export function storePath(t: TestContext): string {
  const folder = mkdtempSync(join(PLACE, "userns-store-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "state", "alloc.db");
}
