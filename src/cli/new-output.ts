import { readdir, stat } from "node:fs/promises";
import { UsernsError } from "../core/index.ts";
import { fileFault, isSystemError } from "./fault.ts";

/**
 * A folder is only put where none is, or an empty one: what is there is never mixed with what is new.
 *
 * @throws UsernsError ERR_FILE
 */
export async function checkOutput(out: string, kind: "folder" | "tar"): Promise<void> {
  const expected = kind === "folder" ? "a new folder, or an empty one" : "a file to write";
  try {
    const stats = await stat(out);
    if (kind === "tar" && !stats.isDirectory()) return;
    const got = stats.isDirectory() ? `a folder${kind === "folder" ? " that holds something" : ""}` : "a file";
    if (kind === "folder" && stats.isDirectory() && (await readdir(out)).length === 0) return;
    throw new UsernsError("ERR_FILE", { where: out, expected, got, fix: "name another place, or move that away" });
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return;
    throw fileFault(error, out, expected);
  }
}
