import { lstat, mkdir } from "node:fs/promises";
import { UsernsError } from "../core/index.ts";
import { isSystemError } from "./fault.ts";

/**
 * Make a folder to work in, or go on in the one that a run before left. Only its owner may write there: what stands in
 * it is taken at its word.
 *
 * @throws UsernsError ERR_FILE where somebody else's folder, or no folder, stands; and what the system says
 */
export async function makeOwnFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (!isSystemError(error) || error.code !== "EEXIST") throw error;
  });
  // Of what stands there itself, a link not followed.
  const stats = await lstat(path);
  if (stats.isDirectory() && stats.uid === process.geteuid?.() && (stats.mode & 0o022) === 0) return;
  const expected = "a folder of your own that nobody else may write to, left by a run before";
  throw new UsernsError("ERR_FILE", { where: path, expected, got: "another", fix: "move it away" });
}
