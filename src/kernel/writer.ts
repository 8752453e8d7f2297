import type { OpenFile } from "./open-file.ts";
import type { Task } from "./task.ts";
import type { World } from "./world.ts";

/** The task that keeps such a file open, if any does. */
export function keeperOf({ tasks }: World, isSuch: (file: OpenFile) => boolean): Task | undefined {
  return [...tasks.values()].find(({ files }) => [...files.values()].some(isSuch));
}

/**
 * The same of those that keep what they write to: a device file or a pipe is opened for writing without its file system
 * being written.
 *
 * @source vectors of this project, asked.json, trees.json
 */
export function writerOf(world: World, isSuch: (file: OpenFile) => boolean): Task | undefined {
  return keeperOf(world, (file) => file.path.inode.type === "file" && isSuch(file));
}
