import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { isAbsolute, join, posix, resolve } from "node:path";
import { UsernsError } from "../core/index.ts";
import { type ImageFile, type ImageFiles, isSquashfs } from "../image/index.ts";
import { detectCompression, listMembers, SIGNATURE_BYTES, type TarMember } from "../shift/index.ts";
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
  return { kind: "tar", files: { name: path, file: await filesInTar(path, stats.size) } };
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

async function filesInTar(path: string, sizeBytes: number): Promise<ImageFiles["file"]> {
  const handle = await reading(path, () => open(path, "r"));
  try {
    const read = (offset: number, length: number) => reading(path, () => readAt(handle, offset, length));
    const head = await read(0, SIGNATURE_BYTES);
    if (isSquashfs(head)) throw notLayered(path);
    checkPlain(head, path);
    const members = new Map<string, TarMember>();
    for (const member of await listMembers({ name: path, sizeBytes, read }))
      members.set(tidy(member.entry.path), member);
    return async (name) => {
      const member = followed(members, tidy(name), path);
      return member ? partOf(path, member.offset, member.size) : null;
    };
  } finally {
    await handle.close();
  }
}

export async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

function notLayered(where: string): UsernsError {
  const expected = "an image of layers; of squashfs only image shift knows the owners' ids, and no command their files";
  return new UsernsError("ERR_IMAGE", { where, expected, got: "a squashfs image" });
}

/** The members of a packed tar lie at no place that could be gone to. */
function checkPlain(head: Uint8Array, where: string): void {
  const compression = detectCompression(head, where);
  if (compression === "none") return;
  throw new UsernsError("ERR_COMPRESSION", {
    where,
    expected: "a tar that is not packed itself (its layers may be)",
    got: `one packed with ${compression}`,
    fix: `unpack it first: ${compression} -dc`,
  });
}

function tidy(path: string): string {
  return posix.normalize(path).replace(/^\/+/, "").replace(/\/$/, "");
}

/** Links in an archive that lead to one another; docker save writes one for a layer that it has written before. */
const MOST_LINKS = 16;

function followed(members: ReadonlyMap<string, TarMember>, name: string, where: string): TarMember | null {
  let at = name;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const member = members.get(at);
    if (member?.entry.type === "file") return member;
    if (member?.entry.type === "symlink") at = tidy(posix.join(posix.dirname(at), member.entry.linkPath));
    else if (member?.entry.type === "hard link") at = tidy(member.entry.linkPath);
    else return null;
  }
  throw new UsernsError("ERR_IMAGE", {
    where: `${where}: ${name}`,
    expected: `links that lead to a file, at most ${MOST_LINKS} of them`,
    got: "links without an end",
  });
}
