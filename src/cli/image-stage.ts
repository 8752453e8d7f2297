import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UsernsError } from "../core/index.ts";
import { type BlobStore, type Digest, type OutputFile, readDigest } from "../image/index.ts";
import { bodyPadding, fileHeader, tarEnd } from "../shift/index.ts";
import { fileFault, isSystemError } from "./fault.ts";
import { put } from "./terminal.ts";
import { writeWhole } from "./whole-file.ts";

const WRITABLE = "a place where files can be written";

/**
 * The folder beside an output in which an image is put together. It outlives a run that was broken off, so that the next
 * one finds the layers that were done; the output itself appears whole or not at all.
 */
export class ImageStage implements BlobStore {
  readonly folder: string;
  readonly #out: string;

  private constructor(out: string) {
    this.#out = out;
    const whole = resolve(out);
    this.folder = join(dirname(whole), `.${basename(whole)}.userns-part`);
  }

  /** @throws UsernsError ERR_FILE where the output is a folder that holds something, or cannot be written */
  static async open(out: string, kind: "folder" | "tar"): Promise<ImageStage> {
    if (out === "") throw new UsernsError("ERR_FILE", { where: '""', expected: WRITABLE, got: "an empty path" });
    await checkOutput(out, kind);
    const stage = new ImageStage(out);
    await stage.#step(async () => {
      await stage.#make();
      for (const name of ["blobs/sha256", "blobs/sha512", "done"])
        await mkdir(join(stage.folder, name), { recursive: true });
    });
    return stage;
  }

  /** Only its owner may write here: what a run before left is taken at its word. */
  async #make(): Promise<void> {
    await mkdir(this.folder, { mode: 0o700 }).catch((error: unknown) => {
      if (!isSystemError(error) || error.code !== "EEXIST") throw error;
    });
    const { uid, mode, isDirectory } = await statsOf(this.folder);
    if (isDirectory && uid === process.geteuid?.() && (mode & 0o022) === 0) return;
    const expected = "a folder of your own that nobody else may write to, left by a run before";
    throw new UsernsError("ERR_FILE", { where: this.folder, expected, got: "another", fix: "move it away" });
  }

  async #step<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw fileFault(error, this.#out, WRITABLE);
    }
  }

  async put(bytes: AsyncIterable<Uint8Array>, algorithm: Digest["algorithm"]) {
    const hash = createHash(algorithm);
    const incoming = join(this.folder, `incoming-${randomBytes(6).toString("hex")}`);
    let sizeBytes = 0;
    await writeWhole(incoming, async (sink) => {
      for await (const piece of bytes) {
        hash.update(piece);
        sizeBytes += piece.length;
        await put(sink, piece);
      }
    });
    const digest = readDigest(`${algorithm}:${hash.digest("hex")}`, incoming);
    await this.#step(() => rename(incoming, this.#blob(digest)));
    return { digest, sizeBytes };
  }

  #blob({ algorithm, hex }: Digest): string {
    return join(this.folder, "blobs", algorithm, hex);
  }

  async finished(key: string) {
    const record = await readFile(join(this.folder, "done", key), "utf8").catch(() => "");
    const [, blobText, diffText, size] = /^(\S+) (\S+) (\d+)\n$/.exec(record) ?? [];
    if (blobText === undefined || diffText === undefined) return null;
    const [blob, diffId] = [readDigest(blobText, key), readDigest(diffText, key)];
    const hash = createHash(blob.algorithm);
    try {
      await pipeline(createReadStream(this.#blob(blob)), hash);
    } catch (error) {
      if (isSystemError(error) && error.code === "ENOENT") return null;
      throw fileFault(error, this.#out, WRITABLE);
    }
    return hash.digest("hex") === blob.hex ? { blob, diffId, sizeBytes: Number(size), report: null } : null;
  }

  async finish(key: string, layer: { readonly blob: Digest; readonly diffId: Digest; readonly sizeBytes: number }) {
    const record = `${layer.blob.text} ${layer.diffId.text} ${layer.sizeBytes}\n`;
    await writeWhole(join(this.folder, "done", key), (sink) => put(sink, record));
  }

  /** Make the output of these files, and take the stage away. */
  async place(files: readonly OutputFile[], kind: "folder" | "tar"): Promise<void> {
    if (kind === "tar") await writeWhole(this.#out, (sink) => this.#writeTar(sink, files));
    else await this.#step(() => this.#makeFolder(files));
    await this.discard();
  }

  async discard(): Promise<void> {
    await this.#step(() => rm(this.folder, { recursive: true, force: true }));
  }

  async #writeTar(sink: Writable, files: readonly OutputFile[]): Promise<void> {
    for (const { path, content } of files) {
      if ("text" in content) {
        const bytes = Buffer.from(content.text);
        await put(sink, Buffer.concat([fileHeader(path, bytes.length), bytes, bodyPadding(bytes.length)]));
        continue;
      }
      const blob = this.#blob(content.blob);
      const { size } = await stat(blob);
      await put(sink, fileHeader(path, size));
      for await (const piece of createReadStream(blob)) await put(sink, piece);
      await put(sink, bodyPadding(size));
    }
    await put(sink, tarEnd());
  }

  async #makeFolder(files: readonly OutputFile[]): Promise<void> {
    const whole = join(this.folder, "image");
    await rm(whole, { recursive: true, force: true });
    for (const { path, content } of files) {
      const to = join(whole, path);
      await mkdir(dirname(to), { recursive: true });
      if ("text" in content) await writeFile(to, content.text);
      else await link(this.#blob(content.blob), to).catch(() => copyFile(this.#blob(content.blob), to));
    }
    await rename(whole, resolve(this.#out));
  }
}

/** Of what stands there itself, a link not followed. */
async function statsOf(path: string) {
  const stats = await lstat(path);
  return { uid: stats.uid, mode: stats.mode, isDirectory: stats.isDirectory() };
}

/** A folder is only put where none is, or an empty one: what is there is never mixed with what is new. */
async function checkOutput(out: string, kind: "folder" | "tar"): Promise<void> {
  const expected = kind === "folder" ? "a new folder, or an empty one" : "a file to write";
  try {
    const stats = await stat(out);
    if (kind === "tar" && !stats.isDirectory()) return;
    const got = stats.isDirectory() ? `a folder${kind === "folder" ? " that holds something" : ""}` : "a file";
    if (kind === "folder" && stats.isDirectory() && (await readdir(out)).length === 0) return;
    throw new UsernsError("ERR_FILE", { where: out, expected, got, fix: "name another place, or move that away" });
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return;
    throw fileFault(error, out, expected);
  }
}
