import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Writable } from "node:stream";
import { UsernsError } from "../core/index.ts";
import type { OutputFile } from "../image/index.ts";
import { bodyPadding, fileHeader, tarEnd } from "../shift/index.ts";
import { BlobFolder, WRITABLE } from "./blob-folder.ts";
import { fileFault } from "./fault.ts";
import { checkOutput } from "./new-output.ts";
import { makeOwnFolder } from "./own-folder.ts";
import { put } from "./terminal.ts";
import { writeWhole } from "./whole-file.ts";

/**
 * The folder beside an output in which an image is put together. It outlives a run that was broken off, so that the next
 * one finds the layers that were done; the output itself appears whole or not at all.
 */
export class ImageStage {
  readonly blobs: BlobFolder;
  readonly #folder: string;
  readonly #out: string;

  private constructor(out: string, folder: string, blobs: BlobFolder) {
    this.#out = out;
    this.#folder = folder;
    this.blobs = blobs;
  }

  /**
   * @param shared  blobs that other images have too: they stay when this one is done
   * @throws UsernsError ERR_FILE where the output is a folder that holds something, or cannot be written
   */
  static async open(out: string, kind: "folder" | "tar", shared?: BlobFolder): Promise<ImageStage> {
    if (out === "") throw new UsernsError("ERR_FILE", { where: '""', expected: WRITABLE, got: "an empty path" });
    await checkOutput(out, kind);
    const whole = resolve(out);
    const folder = join(dirname(whole), `.${basename(whole)}.userns-part`);
    return new ImageStage(out, folder, shared ?? (await BlobFolder.open(folder, out)));
  }

  async #step<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw fileFault(error, this.#out, WRITABLE);
    }
  }

  /** Does a folder hold just these files already? Blobs are taken at their names: a run before put them there whole. */
  static async holds(out: string, files: readonly OutputFile[]): Promise<boolean> {
    const there = await readdir(out, { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = there.filter((one) => !one.isDirectory()).map((one) => relative(out, join(one.parentPath, one.name)));
    const wanted = new Set(files.map(({ path }) => path));
    if (paths.length !== wanted.size || paths.some((path) => !wanted.has(path))) return false;
    for (const { path, content } of files)
      if ("text" in content && (await readFile(join(out, path), "utf8")) !== content.text) return false;
    return true;
  }

  /** Make the output of these files, and take the stage away. */
  async place(files: readonly OutputFile[], kind: "folder" | "tar"): Promise<void> {
    if (kind === "tar") await writeWhole(this.#out, (sink) => this.#writeTar(sink, files));
    else await this.#step(() => this.#makeFolder(files));
    await this.discard();
  }

  async discard(): Promise<void> {
    await this.#step(() => rm(this.#folder, { recursive: true, force: true }));
  }

  async #writeTar(sink: Writable, files: readonly OutputFile[]): Promise<void> {
    for (const { path, content } of files) {
      if ("text" in content) {
        const bytes = Buffer.from(content.text);
        await put(sink, Buffer.concat([fileHeader(path, bytes.length), bytes, bodyPadding(bytes.length)]));
        continue;
      }
      const blob = this.blobs.path(content.blob);
      const { size } = await stat(blob);
      await put(sink, fileHeader(path, size));
      for await (const piece of createReadStream(blob)) await put(sink, piece);
      await put(sink, bodyPadding(size));
    }
    await put(sink, tarEnd());
  }

  async #makeFolder(files: readonly OutputFile[]): Promise<void> {
    // With blobs that are shared nobody has made it, or looked at whose it is.
    await makeOwnFolder(this.#folder);
    const whole = join(this.#folder, "image");
    await rm(whole, { recursive: true, force: true });
    for (const { path, content } of files) {
      const to = join(whole, path);
      await mkdir(dirname(to), { recursive: true });
      if ("text" in content) await writeFile(to, content.text);
      else {
        const blob = this.blobs.path(content.blob);
        await link(blob, to).catch(() => copyFile(blob, to));
      }
    }
    await rename(whole, resolve(this.#out));
  }
}
