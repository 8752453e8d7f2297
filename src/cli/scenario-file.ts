import type { Readable } from "node:stream";
import { UsernsError } from "../core/index.ts";
import type { Source } from "../scenario/index.ts";
import { parseSource } from "../source/index.ts";
import { type InputFile, openInput } from "./input-file.ts";
import { joinPieces } from "./text-file.ts";

/** Bytes asked of a file at once. */
const READ_BYTES = 64 * 1024;

/**
 * Read a file of JSON or YAML, which holds JSON.
 *
 * @param path  `-` for `stdin`
 * @throws UsernsError ERR_FILE when it cannot be read, ERR_SCENARIO with file:line:column when it is neither
 */
export async function readSource(path: string, stdin: Readable): Promise<Source> {
  const file = await openInput(path, stdin, READ_BYTES);
  return parseSource(textOf(await joinPieces(piecesOf(file), file.where), file.where), file.where);
}

async function* piecesOf(file: InputFile): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = await file.next(); piece; piece = await file.next()) yield piece;
  } finally {
    file.close();
  }
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsernsError("ERR_SCENARIO", { where: name, expected: "text in UTF-8", got: "other bytes" });
  }
}
