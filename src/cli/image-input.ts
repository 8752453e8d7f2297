import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { UsernsError } from "../core/index.ts";
import { filesInTar, type ImageFile, type ImageFiles } from "../image/index.ts";
import { fileFault } from "./fault.ts";

/** The help of every argument that names an image. */
export const IMAGE_HELP = "an OCI layout (folder or tar), or a tar of docker save";

/** An image that can be read: how it is kept, and its files. */
export interface ImageInput {
  readonly kind: "folder" | "tar";
  readonly files: ImageFiles;
}

/** Bytes asked of a file at once. */
const READ_BYTES = 256 * 1024;
const READABLE = "an image that can be read: an OCI layout, or a tar of one";

/** Open an image. @throws UsernsError ERR_FILE, ERR_TAR, ERR_COMPRESSION */
export async function openImage(path: string): Promise<ImageInput> {
  const stats = await reading(path, () => stat(path));
  if (stats.isDirectory()) return { kind: "folder", files: { name: path, file: (name) => fileInFolder(path, name) } };
  if (!stats.isFile())
    throw new UsernsError("ERR_FILE", { where: path, expected: READABLE, got: "neither a folder nor a regular file" });
  return { kind: "tar", files: await filesOfTar(path, stats.size) };
}

async function reading<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw fileFault(error, path, READABLE);
  }
}

/** A part of a file, from its beginning each time. */
export function partOf(path: string, offset: number, sizeBytes: number): ImageFile {
  return {
    sizeBytes,
    place: { path: resolve(path), offset },
    async *bytes() {
      if (sizeBytes === 0) return;
      try {
        yield* createReadStream(path, { start: offset, end: offset + sizeBytes - 1, highWaterMark: READ_BYTES });
      } catch (error) {
        throw fileFault(error, path, READABLE);
      }
    },
  };
}

async function fileInFolder(folder: string, name: string): Promise<ImageFile | null> {
  if (isAbsolute(name) || name.split("/").includes("..")) return null;
  const path = join(folder, name);
  try {
    const stats = await stat(path);
    return stats.isFile() ? partOf(path, 0, stats.size) : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw fileFault(error, path, READABLE);
  }
}

async function filesOfTar(path: string, sizeBytes: number): Promise<ImageFiles> {
  const handle = await reading(path, () => open(path, "r"));
  try {
    return await filesInTar({
      name: path,
      sizeBytes,
      read: (offset, length) => reading(path, () => readAt(handle, offset, length)),
      part: (offset, length) => partOf(path, offset, length),
    });
  } finally {
    await handle.close();
  }
}

export async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
