import type { Inode } from "./inode.ts";

/** Enter an inode into a directory: no check is made. */
export function addEntry(directory: Inode, name: string, inode: Inode): void {
  directory.entries.set(name, inode);
}

/**
 * The inode at a path below a mount, with no permission asked and no symbolic link followed.
 *
 * @returns undefined when there is none
 */
export function entryAt({ root }: { readonly root: Inode }, path: string): Inode | undefined {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .reduce<Inode | undefined>((at, name) => at?.entries.get(name), root);
}

/** Is `inode` the directory `ancestor`, or somewhere below it? */
export function isAtOrBelow(inode: Inode, ancestor: Inode): boolean {
  if (inode === ancestor) return true;
  return [...ancestor.entries.values()].some((entry) => entry.type === "dir" && isAtOrBelow(inode, entry));
}

/**
 * The way down from one inode to another.
 *
 * @returns  with a slash before each name, so `""` for the inode itself; null where it is not below
 */
export function pathBelow(ancestor: Inode, inode: Inode): string | null {
  if (inode === ancestor) return "";
  for (const [name, entry] of ancestor.entries) {
    const below = pathBelow(entry, inode);
    if (below !== null) return `/${name}${below}`;
  }
  return null;
}
