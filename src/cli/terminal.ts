import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import pc from "picocolors";
import { jsonPieces } from "./json-pieces.ts";

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command reads and writes. The answer goes to `stdout`, everything else to `stderr`. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Colours of the answer; they repeat what the words say. */
  readonly colors: Colors;
  /** Colours of what goes to stderr. */
  readonly talkColors: Colors;
  /** Is a person watching stderr? */
  readonly isWatched: boolean;
}

/** Yes or done; no or refused; wrong use or bad input. */
export const EXIT = { yes: 0, no: 1, bad: 2 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The terminal, pipes or files that this process was started with. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const mayColor = !env.NO_COLOR && env.TERM !== "dumb";
  return {
    stdin,
    stdout,
    stderr,
    colors: pc.createColors(mayColor && stdout.isTTY === true),
    talkColors: pc.createColors(mayColor && stderr.isTTY === true),
    isWatched: stderr.isTTY === true,
  };
}

/** Write, and wait when the reader is slow. What went wrong with an earlier write is thrown here. */
export async function put(sink: Writable, chunk: Uint8Array | string): Promise<void> {
  if (sink.errored) throw sink.errored;
  if (!sink.write(chunk)) await once(sink, "drain");
}

/** Write a part of the answer. */
export async function answer(terminal: Terminal, text: string): Promise<void> {
  await put(terminal.stdout, text);
}

/** Write the whole answer as JSON, two blanks a level. */
export async function answerJson(terminal: Terminal, value: unknown): Promise<void> {
  for (const piece of jsonPieces(value)) await answer(terminal, piece);
  await answer(terminal, "\n");
}

/** Write the answer as JSON where stdout may have been taken for bytes: then on one line of stderr. */
export async function answerJsonBeside(isStdoutTaken: boolean, terminal: Terminal, value: unknown): Promise<void> {
  if (isStdoutTaken) talk(terminal, JSON.stringify(value));
  else await answerJson(terminal, value);
}

/** Say something that is no part of the answer. */
export function talk(terminal: Terminal, text: string): void {
  terminal.stderr.write(`${text}\n`);
}

/** What could move a terminal's cursor is written out. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
