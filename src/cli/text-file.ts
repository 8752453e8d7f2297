import { readFile } from "node:fs/promises";
import { UsernsError } from "../core/index.ts";
import { fileFault, isSystemError } from "./fault.ts";

/**
 * The text of a file.
 *
 * @param encoding  latin1 where any byte may stand in it: each is a character of its own
 * @param missing   for the value of an option that may be text or the name of a file: the option, and what it takes
 * @throws UsernsError ERR_FILE
 */
export async function readText(
  path: string,
  encoding: "utf8" | "latin1",
  missing?: { readonly option: string; readonly expected: string },
): Promise<string> {
  try {
    return await readFile(path, encoding);
  } catch (error) {
    if (missing && isSystemError(error) && error.code === "ENOENT")
      throw new UsernsError("ERR_FILE", {
        where: missing.option,
        expected: missing.expected,
        got: `${JSON.stringify(path)}, and there is no such file`,
      });
    throw fileFault(error, path, "a file that can be read");
  }
}

/** The same, but null where there is no such file. @throws UsernsError ERR_FILE */
export async function readTextIfThere(path: string, encoding: "utf8" | "latin1"): Promise<string | null> {
  try {
    return await readFile(path, encoding);
  } catch (error) {
    if (isSystemError(error) && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw fileFault(error, path, "a file that can be read");
  }
}
