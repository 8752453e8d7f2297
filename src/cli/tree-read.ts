import { createHash } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { UsernsError } from "../core/index.ts";
import type { InodeType } from "../kernel/index.ts";
import {
  BARE_ENTRY,
  bytesOfPath,
  deviceOf,
  type FileTime,
  type Manifest,
  type ManifestEntry,
  manifestOf,
  pathOfBytes,
  ROOT_PATH,
} from "../manifest/index.ts";
import type { DiskFile, TreeContents } from "../pack/index.ts";
import { fileFault } from "./fault.ts";

/** A tree on a disk: its entries as they are there, owners and all, and the bytes of its files. */
export interface DiskTree extends TreeContents {
  readonly manifest: Manifest;
  /** The file at one of its paths. */
  fileAt(path: string): DiskFile;
}

const READABLE = "a folder whose files can be read";
const PIECE_BYTES = 256 * 1024;
const PERMISSIONS = 0o7777n;
const NANOSECONDS = 1_000_000_000n;
const SLASH = Buffer.from("/");

/**
 * Read who owns what in a folder. Symbolic links are read, never followed.
 *
 * @throws UsernsError ERR_FILE
 */
export async function readTree(folder: string): Promise<DiskTree> {
  const reading = new TreeReading(folder);
  await reading.read();
  return reading;
}

class TreeReading implements DiskTree {
  readonly #folder: string;
  readonly #entries: ManifestEntry[] = [];
  readonly #numbers = new Map<string, DiskFile>();
  readonly #groups = new Map<string, number>();
  #manifest: Manifest | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get manifest(): Manifest {
    this.#manifest ??= manifestOf(this.#entries, this.#folder);
    return this.#manifest;
  }

  fileAt(path: string): DiskFile {
    const numbers = this.#numbers.get(path);
    if (!numbers) throw new Error(`${path} was not read`);
    return numbers;
  }

  async read(): Promise<void> {
    const root = await this.#step(ROOT_PATH, () => lstat(this.#folder, { bigint: true }));
    if (!root.isDirectory())
      throw new UsernsError("ERR_FILE", { where: this.#folder, expected: READABLE, got: "something else" });
    await this.#add(ROOT_PATH, root);
    const waiting: string[] = [ROOT_PATH];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const here = at;
      const names = await this.#step(here, () => readdir(this.#place(here), { encoding: "buffer" }));
      for (const name of names) {
        const path = here === ROOT_PATH ? pathOfBytes(name) : `${here}/${pathOfBytes(name)}`;
        const stats = await this.#step(path, () => lstat(this.#place(path), { bigint: true }));
        await this.#add(path, stats);
        if (stats.isDirectory()) waiting.push(path);
      }
    }
  }

  async *open(entry: ManifestEntry): AsyncGenerator<Uint8Array> {
    const numbers = this.#numbers.get(entry.path);
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await this.#step(entry.path, () => open(this.#place(entry.path), flags));
    try {
      const { dev, ino } = await file.stat({ bigint: true });
      if (!numbers || dev !== numbers.device || ino !== numbers.inode)
        throw new UsernsError("ERR_FILE", {
          where: this.#shown(entry.path),
          expected: "the file that was there before",
          got: "another",
          fix: "let nobody write to the tree while it is packed",
        });
      for (;;) {
        // Its own for each piece: whoever is given one may keep it.
        const piece = Buffer.allocUnsafe(PIECE_BYTES);
        const { bytesRead } = await this.#step(entry.path, () => file.read(piece, 0, PIECE_BYTES));
        if (bytesRead === 0) return;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async #add(path: string, stats: BigIntStats): Promise<void> {
    const type = typeOf(stats);
    const target =
      type === "symlink" ? await this.#step(path, () => readlink(this.#place(path), { encoding: "buffer" })) : null;
    this.#numbers.set(path, { device: stats.dev, inode: stats.ino, links: stats.nlink });
    this.#entries.push({
      ...BARE_ENTRY,
      path,
      type,
      mode: Number(stats.mode & PERMISSIONS),
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      device: type === "chr" || type === "blk" ? deviceOf(stats.rdev) : null,
      target: target && pathOfBytes(target),
      linkGroup: type !== "dir" && stats.nlink > 1n ? this.#groupOf(stats) : null,
      sizeBytes: type === "file" ? Number(stats.size) : null,
      mtime: timeOf(stats.mtimeNs),
    });
  }

  #groupOf({ dev, ino }: BigIntStats): number {
    const file = `${dev} ${ino}`;
    const number = this.#groups.get(file) ?? this.#groups.size + 1;
    this.#groups.set(file, number);
    return number;
  }

  #place(path: string): Buffer {
    return Buffer.concat([Buffer.from(this.#folder), SLASH, bytesOfPath(path)]);
  }

  #shown(path: string): string {
    return path === ROOT_PATH ? this.#folder : `${this.#folder}/${path}`;
  }

  async #step<T>(path: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw fileFault(error, this.#shown(path), READABLE);
    }
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

/** A manifest with the digest of every file. @throws UsernsError ERR_FILE */
export async function withDigests(manifest: Manifest, contents: TreeContents, name: string): Promise<Manifest> {
  const digests = new Map<number, string>();
  const entries: ManifestEntry[] = [];
  for (const entry of manifest.entries) {
    const known = entry.linkGroup === null ? undefined : digests.get(entry.linkGroup);
    const sha256 = entry.type === "file" ? (known ?? (await digestOf(entry, contents))) : null;
    if (sha256 !== null && entry.linkGroup !== null) digests.set(entry.linkGroup, sha256);
    entries.push({ ...entry, sha256 });
  }
  return manifestOf(entries, name);
}

async function digestOf(entry: ManifestEntry, contents: TreeContents): Promise<string> {
  const hash = createHash("sha256");
  if (entry.sizeBytes !== 0) for await (const piece of contents.open(entry)) hash.update(piece);
  return hash.digest("hex");
}
