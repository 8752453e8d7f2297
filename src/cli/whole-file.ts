import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, readlink, realpath, rename, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { UsernsError } from "../core/index.ts";
import { dropTree } from "./drop-tree.ts";
import { fileFault, isSystemError } from "./fault.ts";
import { checkOutput } from "./new-output.ts";

/** Files and folders that are being written and are not yet whole: what a signal must take away. */
const unfinished = new Set<string>();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Take away what is half-written, at once: for a process that is about to end. */
export function dropUnfinished(): void {
  for (const path of unfinished) dropFailed(path);
  unfinished.clear();
}

/** Clean up, and let the signal end the process as if it had not been caught. */
function onSignal(signal: NodeJS.Signals): void {
  dropUnfinished();
  for (const name of SIGNALS) process.off(name, onSignal);
  process.kill(process.pid, signal);
}

function hold(path: string): void {
  if (unfinished.size === 0) for (const signal of SIGNALS) process.on(signal, onSignal);
  unfinished.add(path);
}

function release(path: string): void {
  unfinished.delete(path);
  if (unfinished.size === 0) for (const signal of SIGNALS) process.off(signal, onSignal);
}

/**
 * Write a file that appears whole or not at all: beside its place, in the same folder, then renamed. A file that was
 * there keeps its mode, and stays as it was until then. What is no regular file (a device, a named pipe) is written to
 * as it is.
 *
 * @param write  must end `sink`, or leave it open to be ended here; what it throws leaves nothing behind
 * @throws UsernsError ERR_FILE, and what `write` throws
 */
export async function writeWhole(path: string, write: (sink: Writable) => Promise<void>): Promise<void> {
  const place = await placeFor(path);
  if (place.isSpecial) return writeThrough(path, createWriteStream(path, { flags: "w" }), write);
  await besideAndMoved(place, async (beside) => {
    const file = await openBeside(beside, path);
    if (place.mode !== undefined) await file.chmod(place.mode);
    await writeThrough(path, file.createWriteStream({ flush: true }), write);
  });
}

/**
 * Make a regular file that appears whole or not at all, by whatever makes a file at a path.
 *
 * @param make  is given a path in the same folder, where nothing is yet
 * @throws UsernsError ERR_FILE, and what `make` throws
 */
export async function makeWhole(path: string, make: (beside: string) => Promise<void>): Promise<void> {
  const place = await placeFor(path);
  if (place.isSpecial)
    throw new UsernsError("ERR_FILE", { where: path, expected: "a regular file to write", got: "something else" });
  await besideAndMoved(place, make);
}

/**
 * Make a folder that appears whole or not at all, where none is or an empty one.
 *
 * @param make  is given an empty folder that is the caller's alone, in the same folder
 * @returns     what it gives
 * @throws UsernsError ERR_FILE, and what `make` throws
 */
export async function makeWholeFolder<T>(path: string, make: (beside: string) => Promise<T>): Promise<T> {
  await checkOutput(path, "folder");
  const { path: real } = await placeFor(path);
  return besideAndMoved({ path: resolve(real), isSpecial: false }, async (beside) => {
    try {
      await mkdir(beside, { mode: 0o700 });
    } catch (error) {
      throw fileFault(error, path, "a new folder, in one where folders can be made");
    }
    return make(beside);
  });
}

async function besideAndMoved<T>(place: Place, make: (beside: string) => Promise<T>): Promise<T> {
  const beside = join(dirname(place.path), `.${besideName(place.path)}.${randomBytes(6).toString("hex")}.part`);
  hold(beside);
  try {
    const made = await make(beside);
    await moveInto(beside, place.path);
    return made;
  } catch (error) {
    dropFailed(beside);
    throw error;
  } finally {
    release(beside);
  }
}

/** Most characters of the name; whole it would leave no room for what stands around it. */
const MOST_OF_NAME = 50;

/** Enough of a file's name to tell what was to become of the one beside it. */
function besideName(path: string): string {
  return [...basename(path)].slice(0, MOST_OF_NAME).join("");
}

/** Take away what failed. Where even that fails, the failure before is the one to tell. */
function dropFailed(beside: string): void {
  try {
    dropTree(beside);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

interface Place {
  /** Symbolic links followed. */
  readonly path: string;
  readonly mode?: number;
  readonly isSpecial: boolean;
}

async function placeFor(path: string): Promise<Place> {
  if (path === "")
    throw new UsernsError("ERR_FILE", { where: '""', expected: "a file to write", got: "an empty path" });
  const finding = <T>(asked: Promise<T>) => orNone(asked, path);
  const stats = await finding(stat(path));
  if (!stats) {
    const link = await finding(readlink(path));
    return link === null ? { path, isSpecial: false } : placeFor(resolve(dirname(path), link));
  }
  const target = await finding(realpath(path));
  // No folder holds a pipe that the process was given: /dev/stdout, or what a shell makes of >(…).
  if (target === null) return { path, isSpecial: true };
  return { path: target, mode: stats.mode & 0o777, isSpecial: !stats.isFile() };
}

/** What the system says of a path; null when nothing is there, or no symbolic link where one is read. */
async function orNone<T>(asked: Promise<T>, path: string): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isSystemError(error) && (error.code === "ENOENT" || error.code === "EINVAL")) return null;
    throw fileFault(error, path, "a file that can be written");
  }
}

async function openBeside(beside: string, path: string): Promise<FileHandle> {
  try {
    return await open(beside, "wx", 0o666);
  } catch (error) {
    throw fileFault(error, path, "a file that can be written, in a folder where files can be made");
  }
}

async function moveInto(beside: string, path: string): Promise<void> {
  try {
    await rename(beside, path);
  } catch (error) {
    throw fileFault(error, path, "a file that can be written");
  }
}

/** Run `write`, end the stream, and wait until the system has everything. */
async function writeThrough(path: string, sink: Writable, write: (sink: Writable) => Promise<void>): Promise<void> {
  let failure: unknown;
  const closed = new Promise<void>((resolve) => sink.once("close", resolve));
  sink.on("error", (error) => {
    failure = error;
  });
  try {
    await write(sink);
  } catch (error) {
    failure ??= error;
  }
  // Ended, and not destroyed, after a failure too: a write in flight would meet a stream that is gone, and throw.
  if (!sink.destroyed) sink.end();
  await closed;
  if (failure) throw fileFault(failure, path, "a file that can be written");
}
