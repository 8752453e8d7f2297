import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { UsernsError } from "../core/index.ts";
import { bytesOfPath, comparePaths, type ManifestEntry, ROOT_PATH } from "../manifest/index.ts";
import type { DiskFile, TreeContents } from "../pack/index.ts";
import { Breath } from "./breath.ts";
import { fileFault } from "./fault.ts";

export const READABLE = "a folder whose files can be read";
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const PIECE_BYTES = 256 * 1024;
const SLASH = Buffer.from("/");
/** What is kept of a file: its device, its inode and the number of its links. */
const NUMBERS = 3;
const FIRST_PATHS = 1024;

/**
 * The files of a folder by their paths: which ones they were when the folder was read, and their bytes.
 *
 * Each step waits for the disk: a tree has many small files, and waiting elsewhere takes longer than reading one.
 */
export class DiskFiles implements TreeContents {
  readonly #folder: string;
  readonly #folderBytes: Buffer;
  readonly #paths: string[] = [];
  #numbers = new BigUint64Array(FIRST_PATHS * NUMBERS);
  readonly #breath = new Breath();

  constructor(folder: string) {
    this.#folder = folder;
    this.#folderBytes = Buffer.from(folder);
  }

  /** How many paths were added. */
  get count(): number {
    return this.#paths.length;
  }

  /** Take note of a path: they come in the order of {@link comparePaths}. */
  add(path: string, { dev, ino, nlink }: BigIntStats): void {
    const at = this.#paths.push(path) * NUMBERS - NUMBERS;
    if (at === this.#numbers.length) {
      const longer = new BigUint64Array(2 * at);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers.set([dev, ino, nlink], at);
  }

  /** The file that was at one of the paths. */
  fileAt(path: string): DiskFile {
    const at = this.#indexOf(path) * NUMBERS;
    const [device = 0n, inode = 0n, links = 0n] = this.#numbers.subarray(at, at + NUMBERS);
    return { device, inode, links };
  }

  async *open({ path, sizeBytes }: ManifestEntry): AsyncGenerator<Uint8Array> {
    const place = Buffer.concat([this.#folderBytes, SLASH, bytesOfPath(path)]);
    const file = this.step(path, () => openSync(place, READ));
    try {
      this.#checkSame(path, fstatSync(file, { bigint: true }));
      // One more than there should be, so that a file that has grown is seen.
      const pieceBytes = Math.min((sizeBytes ?? PIECE_BYTES) + 1, PIECE_BYTES);
      for (;;) {
        if (this.#breath.isDue()) await this.#breath.take();
        // Its own for each piece: whoever is given one may keep it.
        const piece = Buffer.allocUnsafe(pieceBytes);
        const count = this.step(path, () => readSync(file, piece, 0, pieceBytes, null));
        if (count === 0) return;
        yield piece.subarray(0, count);
      }
    } finally {
      closeSync(file);
    }
  }

  /** @throws UsernsError ERR_FILE for what the system refuses */
  step<T>(path: string, step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw fileFault(error, this.#shown(path), READABLE);
    }
  }

  #checkSame(path: string, { dev, ino }: BigIntStats): void {
    const { device, inode } = this.fileAt(path);
    if (dev === device && ino === inode) return;
    throw new UsernsError("ERR_FILE", {
      where: this.#shown(path),
      expected: "the file that was there before",
      got: "another",
      fix: "let nobody write to the tree while it is packed",
    });
  }

  #indexOf(path: string): number {
    let [from, to] = [0, this.#paths.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const order = comparePaths(this.#paths[middle] ?? path, path);
      if (order === 0) return middle;
      if (order < 0) from = middle + 1;
      else to = middle;
    }
    throw new Error(`${path} was not read`);
  }

  #shown(path: string): string {
    return path === ROOT_PATH ? this.#folder : `${this.#folder}/${path}`;
  }
}
