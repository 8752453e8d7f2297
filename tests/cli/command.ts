/** The command, run in this process with captured streams, or as a process of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import type { TestContext } from "node:test";
import pc from "picocolors";
import { run } from "../../src/cli/program.ts";

export interface Outcome {
  readonly exit: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
}

class Captured extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
}

export interface Given {
  readonly stdin?: string | Uint8Array;
  readonly watched?: boolean;
  readonly colors?: boolean;
}

/** Run the command in this process. */
export async function userns(args: readonly string[], given: Given = {}): Promise<Outcome> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const colors = pc.createColors(given.colors ?? false);
  const stdin = Readable.from([Buffer.from(given.stdin ?? "")], { objectMode: false });
  const terminal = { stdin, stdout, stderr, colors, talkColors: colors, isWatched: given.watched ?? false };
  const exit = await run(args, terminal);
  const bytes = Buffer.concat(stdout.chunks);
  return { exit, stdout: bytes.toString(), stderr: Buffer.concat(stderr.chunks).toString(), bytes };
}

/** Where `npm run build` puts the command. Its sources take ten times as long to start. */
export const BUILT = "dist/cli/main.js";

/** Start the command as a process of its own. */
export function startUserns(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [BUILT, ...args], { env });
  const out: Buffer[] = [];
  const talk: Buffer[] = [];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => talk.push(chunk));
  // A child that has ended takes no more input; its exit status is what a test looks at.
  child.stdin.on("error", () => {});
  const ended = new Promise<Outcome>((resolve) => {
    child.on("close", (exit, signal) => {
      const bytes = Buffer.concat(out);
      resolve({ exit, signal, stdout: bytes.toString(), stderr: Buffer.concat(talk).toString(), bytes });
    });
  });
  return { child, ended };
}

/** A folder that goes with the test. */
export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "userns-cli-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const ROOTLESS = "0:1000:1,1:100000:65536";
export const LAYER = "tests/layers/debian-mixed-owners.tar.gz";
