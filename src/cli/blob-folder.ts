import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type BlobStore, blobPath, type Digest, type FinishedLayer, readDigest } from "../image/index.ts";
import { fileFault, isSystemError } from "./fault.ts";
import { makeOwnFolder } from "./own-folder.ts";
import { put } from "./terminal.ts";
import { writeWhole } from "./whole-file.ts";

export const WRITABLE = "a place where files can be written";

/** A file that grows has grown within that time, however slow the disk: an older one was left by a run that was killed. */
const LEFT_MS = 60 * 60 * 1000;

/**
 * A folder of blobs, each under its digest: written beside its place and renamed, so that it is there whole or not at
 * all, and once, whoever else writes the same. Records beside them say which layer became which.
 */
export class BlobFolder implements BlobStore {
  readonly folder: string;
  readonly #named: string;

  private constructor(folder: string, named: string) {
    this.folder = folder;
    this.#named = named;
  }

  /**
   * @param named  what errors call it
   * @throws UsernsError ERR_FILE where it cannot be made, or is somebody else's
   */
  static async open(folder: string, named: string): Promise<BlobFolder> {
    const blobs = new BlobFolder(folder, named);
    await blobs.#step(async () => {
      await makeOwnFolder(folder);
      for (const name of ["blobs/sha256", "blobs/sha512", "done", INCOMING])
        await mkdir(join(folder, name), { recursive: true });
      await dropLeft(join(folder, INCOMING));
    });
    return blobs;
  }

  async #step<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw fileFault(error, this.#named, WRITABLE);
    }
  }

  async put(bytes: AsyncIterable<Uint8Array>, algorithm: Digest["algorithm"], isWanted: () => boolean = () => true) {
    const hash = createHash(algorithm);
    const incoming = this.#incoming();
    let sizeBytes = 0;
    await writeWhole(incoming, async (sink) => {
      for await (const piece of bytes) {
        hash.update(piece);
        sizeBytes += piece.length;
        await put(sink, piece);
      }
    });
    const digest = readDigest(`${algorithm}:${hash.digest("hex")}`, incoming);
    await this.#step(() => (isWanted() ? rename(incoming, this.path(digest)) : rm(incoming)));
    return { digest, sizeBytes };
  }

  /** A file beside those that are whole: what a killed run leaves is found there alone. */
  #incoming(): string {
    return join(this.folder, INCOMING, randomBytes(6).toString("hex"));
  }

  /** Where a blob is. */
  path(digest: Digest): string {
    return join(this.folder, blobPath(digest));
  }

  async finished(key: string): Promise<FinishedLayer | null> {
    const record = await readFile(join(this.folder, "done", key), "utf8").catch(() => "");
    const [, blobText, diffText, size] = /^(\S+) (\S+) (\d+)\n$/.exec(record) ?? [];
    if (blobText === undefined || diffText === undefined) return null;
    const [blob, diffId] = [readDigest(blobText, key), readDigest(diffText, key)];
    const hash = createHash(blob.algorithm);
    try {
      await pipeline(createReadStream(this.path(blob)), hash);
    } catch (error) {
      if (isSystemError(error) && error.code === "ENOENT") return null;
      throw fileFault(error, this.#named, WRITABLE);
    }
    return hash.digest("hex") === blob.hex ? { blob, diffId, sizeBytes: Number(size), report: null } : null;
  }

  async finish(key: string, layer: { readonly blob: Digest; readonly diffId: Digest; readonly sizeBytes: number }) {
    const record = `${layer.blob.text} ${layer.diffId.text} ${layer.sizeBytes}\n`;
    const incoming = this.#incoming();
    await writeWhole(incoming, (sink) => put(sink, record));
    await this.#step(() => rename(incoming, join(this.folder, "done", key)));
  }
}

const INCOMING = "incoming";

async function dropLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => null);
    if (stats && Date.now() - stats.mtimeMs > LEFT_MS) await rm(path, { force: true });
  }
}
