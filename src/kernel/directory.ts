import { Inode, type InodeParts } from "./inode.ts";
import type { Mount } from "./mount.ts";
import type { World } from "./world.ts";

/** Put a new inode into a directory as a setup does: no check is made. */
export function addEntry(world: World, directory: Inode, name: string, parts: InodeParts): Inode {
  const inode = new Inode(world.inodeColumns, parts);
  directory.entries.set(name, inode);
  return inode;
}

/**
 * The inode at a path below a mount, with no permission asked and no symbolic link followed.
 *
 * @returns undefined when there is none
 */
export function entryAt(mount: Mount, path: string): Inode | undefined {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .reduce<Inode | undefined>((at, name) => at?.entries.get(name), mount.root);
}
