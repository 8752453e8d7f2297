import type { Path } from "./mount.ts";
import type { Task } from "./task.ts";
import type { World } from "./world.ts";

/** The task that keeps a file open whose path is such a one, if any does. */
export function writerOf({ tasks }: World, isSuch: (path: Path) => boolean): Task | undefined {
  return [...tasks.values()].find(({ files }) => [...files.values()].some(({ path }) => isSuch(path)));
}
