import { type FilesystemTypeName, lookup, type Task, type World } from "../../kernel/index.ts";
import { path as pathArgument } from "../../kernel/syscall/index.ts";
import { procFileOf } from "./proc-path.ts";

/** Names that nothing has there, by type of file system; where the kernel makes names of its own, others may be there. */
const SURELY_NOTHING: ReadonlyMap<FilesystemTypeName, RegExp> = new Map([
  // A number is a process's, and all of those are known.
  ["proc", /^\d+$/],
  // Files of a cgroup begin with what controls it.
  ["cgroup2", /^[^.]+$/],
  ["sysfs", /^$/],
  ["securityfs", /^$/],
]);

/**
 * Why it is not known that a path leads nowhere: where it ends, the kernel may have made a name that is not modelled.
 *
 * @returns null where nothing has the name, and for files of a process, which are known by name
 */
export function whyPerhapsThere(world: World, task: Task, path: string): string | null {
  if (!path.startsWith("/") || procFileOf(path)) return null;
  const names = path.split("/");
  for (let end = names.length - 1; end > 0; end--) {
    const above = names.slice(0, end).join("/") || "/";
    const found = lookup(world, task, pathArgument.read(above, above, world), "follow");
    if (!found.ok) continue;
    const { type } = found.value.inode.superblock;
    const isNothing = SURELY_NOTHING.get(type)?.test(names[end] ?? "") ?? true;
    return isNothing ? null : `${path}: what ${type} holds there is not modelled`;
  }
  return null;
}
