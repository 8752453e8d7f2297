import { createReadStream } from "node:fs";
import { UsernsError } from "../core/index.ts";
import { fileFault, isSystemError } from "./fault.ts";

/** No map, list of accounts or scenario that a person keeps is as long; a device that never ends is. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * All of what is read in pieces, where it is a text.
 *
 * @param mostBytes  of a text that no person writes
 * @throws UsernsError ERR_FILE when there is more than a text has
 */
export async function joinPieces(
  pieces: AsyncIterable<Uint8Array>,
  where: string,
  mostBytes = MOST_BYTES,
): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > mostBytes)
      throw new UsernsError("ERR_FILE", { where, expected: `a text of at most ${mostBytes} bytes`, got: "more" });
    kept.push(piece);
  }
  return Buffer.concat(kept);
}

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
    return (await joinPieces(createReadStream(path), path)).toString(encoding);
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
    return (await joinPieces(createReadStream(path), path)).toString(encoding);
  } catch (error) {
    if (isSystemError(error) && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw fileFault(error, path, "a file that can be read");
  }
}
