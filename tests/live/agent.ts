/** The agent of agent.c: compiled, started, and spoken to in system calls. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ERRNO } from "../../src/kernel/errno.ts";
import { CLONE } from "./linux.ts";

const SOURCE = join(import.meta.dirname, "agent.c");

/** A vector that this machine or this runner cannot set up or perform: it counts as not run, by reason. */
export class NotRun extends Error {}

/** An argument of a system call: a number, text, bytes in and out, or room for bytes out. */
export type SysArg = number | bigint | string | Uint8Array | { readonly out: number };

export interface SysResult {
  readonly result: number;
  /** The errno's name; null when the call succeeded. */
  readonly errno: string | null;
  /** What the buffers hold after the call, in the order of the arguments. */
  readonly buffers: readonly Buffer[];
}

/** A process of the agent: the agent itself is number 0. */
export interface Proc {
  readonly index: number;
  /** In the agent's pid namespace. */
  readonly pid: number;
}

export const AGENT: Proc = { index: 0, pid: 1 };
export const AT_FDCWD = -100;

const LINUX_NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
const MODEL_NAMES = new Map<number, string>(Object.entries(ERRNO).map(([name, { number }]) => [number, name]));

function errnoName(number: number): string {
  return MODEL_NAMES.get(number) ?? LINUX_NAMES.get(number) ?? `errno ${number}`;
}

const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("hex");

/** What a command can hold written out. */
const LONG_BYTES = 8192;

function write(arg: SysArg): string {
  if (typeof arg === "number" || typeof arg === "bigint") return String(arg);
  if (typeof arg === "string") return `s${hex(arg)}`;
  if (arg instanceof Uint8Array && arg.length > LONG_BYTES && arg.every((byte) => byte === 0)) return `z${arg.length}`;
  return arg instanceof Uint8Array ? `b${hex(arg)}` : `o${arg.out}`;
}

/** A compiled agent in a folder of its own. */
export interface Program {
  readonly folder: string;
  readonly path: string;
}

/**
 * Compile agent.c: statically where the C library allows, because programs run from the test's file systems.
 *
 * @returns null when there is no compiler
 */
export function compileAgent(): Program | null {
  const folder = mkdtempSync(join(tmpdir(), "userns-live-"));
  chmodSync(folder, 0o755);
  const path = join(folder, "agent");
  for (const flags of [["-static"], []]) {
    const compiled = spawnSync("cc", ["-O1", "-Wall", "-Wextra", "-Werror", ...flags, "-o", path, SOURCE]);
    if (compiled.status === 0) {
      chmodSync(path, 0o755);
      return { folder, path };
    }
    if (compiled.error) break;
  }
  rmSync(folder, { recursive: true });
  return null;
}

export class Agent {
  readonly program: Program;
  /** Where it mounts. */
  readonly mountPoint: string;
  /** Is there anything below {@link mountPoint}? */
  hasMounts = false;
  /** Where its processes find procfs. */
  procPath = "/proc";
  /** Its mount namespace, as a descriptor, while its processes are in another one. */
  home: number | null = null;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  readonly #queued: Promise<unknown>[] = [];
  #stderr = "";
  #nextIndex = 1;

  constructor(program: Program, name: string) {
    this.program = program;
    this.mountPoint = join(program.folder, name);
    mkdirSync(this.mountPoint, { mode: 0o755 });
    this.#child = spawn(program.path, ["agent", this.mountPoint]);
    this.#child.stderr.on("data", (data) => {
      this.#stderr += String(data);
    });
    this.#child.stdin.on("error", () => {});
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    this.#child.once("exit", (code) => {
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`the agent ended with ${code}: ${this.#stderr.trim()}`));
    });
  }

  /** Send a command; it is answered in turn, so commands need not wait for one another. */
  command(proc: Proc, ...words: readonly (string | number)[]): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${proc.index} ${words.join(" ")}\n`);
    });
  }

  async #ask(proc: Proc, ...words: readonly (string | number)[]): Promise<readonly string[]> {
    const answer = await this.command(proc, ...words);
    if (answer === "gone") throw new NotRun(`a process did not answer: ${words[0]} ${words[1]}`);
    return answer.split(" ");
  }

  /** Make a system call in a process. */
  async sys(proc: Proc, name: string, ...args: readonly SysArg[]): Promise<SysResult> {
    return readResult(await this.#ask(proc, "sys", name, ...args.map(write)));
  }

  /** Make a system call that a setup needs. @throws NotRun when it fails */
  async must(proc: Proc, name: string, ...args: readonly SysArg[]): Promise<SysResult> {
    const done = await this.sys(proc, name, ...args);
    if (done.errno !== null) throw new NotRun(`setup: ${name} failed with ${done.errno}`);
    return done;
  }

  /** {@link must}, without waiting for the answer: {@link settle} does. Commands are carried out in the order given. */
  queue(proc: Proc, name: string, ...args: readonly SysArg[]): void {
    this.#queued.push(
      this.must(proc, name, ...args).then(
        () => null,
        (error: unknown) => error,
      ),
    );
  }

  /** Wait for what was queued. @throws the first error of it */
  async settle(): Promise<void> {
    const failed = (await Promise.all(this.#queued.splice(0))).find((error) => error !== null);
    if (failed !== undefined) throw failed;
  }

  /** Do one of agent.c's own operations. @returns its result, and the numbers that follow */
  async perform(proc: Proc, ...words: readonly (string | number)[]) {
    const answer = await this.#ask(proc, ...words);
    return { ...readResult(answer.slice(0, 2)), rest: answer.slice(2).map(Number) };
  }

  async fork(): Promise<Proc> {
    const index = this.#nextIndex++;
    const { result, errno } = await this.perform(AGENT, "fork", index);
    if (errno !== null) throw new NotRun(`setup: fork failed with ${errno}`);
    return { index, pid: result };
  }

  /** Have a process fork another. @returns the child, or the errno */
  async forkFrom(parent: Proc): Promise<Proc | string> {
    const index = this.#nextIndex++;
    const { result, errno } = await this.perform(AGENT, "forkfrom", parent.index, index);
    return errno ?? { index, pid: result };
  }

  /** Have a process end itself. Its parent may wait for it. */
  async exit(proc: Proc): Promise<void> {
    const answer = await this.command(proc, "end");
    if (answer !== "gone") throw new Error(`a process that was to end answered ${answer}`);
  }

  /** End every process and mount of the vector before, and begin with an empty file system. */
  async reset(): Promise<void> {
    await Promise.all(this.#queued.splice(0));
    this.#nextIndex = 1;
    if (this.home !== null) await this.must(AGENT, "setns", this.home, CLONE.mnt);
    this.home = null;
    this.procPath = "/proc";
    await this.perform(AGENT, "reset");
    if (this.hasMounts) {
      this.queue(AGENT, "umount2", this.mountPoint, MNT_DETACH);
      this.queue(AGENT, "mount", "agent", this.mountPoint, "tmpfs", 0, "mode=0755");
    }
    this.hasMounts = false;
  }

  /** End the agent, and with it all that it made. */
  async end(): Promise<void> {
    const hasEnded = this.#child.exitCode !== null || new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin.end();
    await hasEnded;
    rmdirSync(this.mountPoint);
  }
}

const MNT_DETACH = 2;

function readResult([result, errno, ...buffers]: readonly string[]): SysResult {
  const number = Number(errno);
  return {
    result: Number(result),
    errno: number === 0 ? null : errnoName(number),
    buffers: buffers.map((digits) => Buffer.from(digits, "hex")),
  };
}
