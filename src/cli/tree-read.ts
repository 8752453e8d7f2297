import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { UsernsError } from "../core/index.ts";
import type { InodeType } from "../kernel/index.ts";
import {
  deviceOf,
  entryOf,
  type FileTime,
  type Manifest,
  type ManifestEntry,
  manifestOf,
  pathOfBytes,
  ROOT_PATH,
} from "../manifest/index.ts";
import { Breath } from "./breath.ts";
import { DiskFiles, READABLE } from "./disk-files.ts";
import { withCount } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

/** A tree on a disk: its entries as they are there, owners and all, and its files. */
export interface DiskTree {
  readonly manifest: Manifest;
  readonly files: DiskFiles;
}

/** Makes the time that is kept of the one that a file has. */
export type TimeRule = (mtime: FileTime) => FileTime;

const SLASH = Buffer.from("/");
const PERMISSIONS = 0o7777n;
const NANOSECONDS = 1_000_000_000n;

/**
 * Read who owns what in a folder. Symbolic links are read, never followed.
 *
 * @param times  of the entries: as the files have them where nothing else is said
 * @throws UsernsError ERR_FILE
 */
export async function readTree(
  folder: string,
  terminal: Terminal,
  times: TimeRule = (mtime) => mtime,
): Promise<DiskTree> {
  const reading = new TreeReading(folder, times);
  const { files } = reading;
  const entries = await withCount(
    () => files.count,
    "paths found",
    terminal,
    () => reading.read(),
  );
  return { manifest: manifestOf(entries, folder), files };
}

/** A folder that is being read, and those of its names that were not looked at. */
interface OpenFolder {
  /** Of the folder, without a slash behind it. */
  readonly place: Buffer;
  readonly names: Iterator<Buffer>;
}

class TreeReading {
  readonly files: DiskFiles;
  readonly #folder: Buffer;
  readonly #times: TimeRule;
  readonly #entries: ManifestEntry[] = [];
  readonly #groups = new Map<string, number>();

  constructor(folder: string, times: TimeRule) {
    this.files = new DiskFiles(folder);
    this.#folder = Buffer.from(folder);
    this.#times = times;
  }

  /** @returns the entries in canonical order: each folder's names by their bytes, what a folder holds right behind it */
  async read(): Promise<readonly ManifestEntry[]> {
    const root = this.files.step(ROOT_PATH, () => lstatSync(this.#folder, { bigint: true }));
    if (!root.isDirectory())
      throw new UsernsError("ERR_FILE", { where: this.#folder.toString(), expected: READABLE, got: "something else" });
    this.#add(ROOT_PATH, this.#folder, root);
    const open: OpenFolder[] = [this.#enter(ROOT_PATH, this.#folder)];
    const breath = new Breath();
    for (let folder = open.at(-1); folder; folder = open.at(-1)) {
      const { value: name, done } = folder.names.next();
      if (done) {
        open.pop();
        continue;
      }
      const place = Buffer.concat([folder.place, SLASH, name]);
      const path = pathOfBytes(place.subarray(this.#folder.length + SLASH.length));
      const stats = this.files.step(path, () => lstatSync(place, { bigint: true }));
      this.#add(path, place, stats);
      if (stats.isDirectory()) open.push(this.#enter(path, place));
      if (breath.isDue()) await breath.take();
    }
    return this.#entries;
  }

  #enter(path: string, place: Buffer): OpenFolder {
    const names = this.files.step(path, () => readdirSync(place, { encoding: "buffer" }));
    return { place, names: names.sort(Buffer.compare).values() };
  }

  #add(path: string, place: Buffer, stats: BigIntStats): void {
    const type = typeOf(stats);
    const { files } = this;
    files.add(path, stats);
    const entry = entryOf({
      path,
      type,
      mode: Number(stats.mode & PERMISSIONS),
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      device: type === "chr" || type === "blk" ? deviceOf(stats.rdev) : null,
      target:
        type === "symlink" ? pathOfBytes(files.step(path, () => readlinkSync(place, { encoding: "buffer" }))) : null,
      linkGroup: type !== "dir" && stats.nlink > 1n ? this.#groupOf(stats) : null,
      sizeBytes: type === "file" ? Number(stats.size) : null,
      mtime: this.#times(timeOf(stats.mtimeNs)),
    });
    this.#entries.push(entry);
  }

  #groupOf({ dev, ino }: BigIntStats): number {
    const file = `${dev} ${ino}`;
    const number = this.#groups.get(file) ?? this.#groups.size + 1;
    this.#groups.set(file, number);
    return number;
  }
}

function typeOf(stats: BigIntStats): InodeType {
  if (stats.isDirectory()) return "dir";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "fifo";
  if (stats.isCharacterDevice()) return "chr";
  if (stats.isBlockDevice()) return "blk";
  return stats.isSocket() ? "sock" : "file";
}

function timeOf(nanoseconds: bigint): FileTime {
  const rest = ((nanoseconds % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  return { seconds: Number((nanoseconds - rest) / NANOSECONDS), nanoseconds: Number(rest) };
}
