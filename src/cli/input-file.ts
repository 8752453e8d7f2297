import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { fileFault } from "./fault.ts";

/** A file or stdin that is being read, once. */
export interface InputFile {
  /** Its path, or `stdin`. */
  readonly where: string;
  /** The next piece; null at the end. @throws UsernsError ERR_FILE */
  next(): Promise<Uint8Array | null>;
  /** Read no further. */
  close(): void;
}

/** The argument that means standard input. */
const STDIN = "-";

/**
 * Open a file to read it in pieces.
 *
 * That there is such a file is known before anything is written for it: an error that a stream tells before somebody
 * reads from it would end the process.
 *
 * @param path        `-` for stdin
 * @param pieceBytes  of a file, what is asked for at once
 * @throws UsernsError ERR_FILE
 */
export async function openInput(path: string, stdin: Readable, pieceBytes: number): Promise<InputFile> {
  const where = path === STDIN ? "stdin" : path;
  const source = path === STDIN ? stdin : createReadStream(path, { highWaterMark: pieceBytes });
  const reading = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      throw fileFault(error, where, "a file that can be read");
    }
  };
  if (source !== stdin) await reading(() => once(source, "open"));
  const pieces: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
  return {
    where,
    next: () =>
      reading(async () => {
        const { done, value } = await pieces.next();
        return done ? null : value;
      }),
    close: () => void source.destroy(),
  };
}
