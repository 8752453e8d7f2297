import { lstatSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync } from "node:fs";

/**
 * Take a file away, or a folder with all that it holds; nothing where nothing is. At once, for a process that is about
 * to end.
 *
 * Folders are moved up before they are emptied, so that it does not count how deep they lie: Node's `rmSync` calls
 * itself at each level until its stack is used up, and stops at a path of more than 4095 bytes.
 *
 * @param path  the caller's own, on one file system; a symbolic link is taken away, and not followed
 * @throws what the system says
 */
export function dropTree(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    rmSync(path, { force: true });
    return;
  }
  const top = Buffer.from(path);
  let moved = 0;
  const nextFree = (): Buffer => {
    for (;;) {
      const free = placeIn(top, Buffer.from(`${moved++}`));
      if (!lstatSync(free, { throwIfNoEntry: false })) return free;
    }
  };
  for (let folders = emptied(top); folders.length > 0; folders = emptied(top))
    for (const folder of folders) {
      for (const inner of emptied(folder)) renameSync(inner, nextFree());
      rmdirSync(folder);
    }
  rmdirSync(top);
}

/** Take away what is no folder. @returns the folders, which are left */
function emptied(folder: Buffer): Buffer[] {
  const folders: Buffer[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: "buffer" })) {
    const path = placeIn(folder, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else unlinkSync(path);
  }
  return folders;
}

function placeIn(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from("/"), name]);
}
