import { type Dirent, existsSync } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsernsError } from "../core/index.ts";
import { MANIFEST_SUFFIX, readManifest } from "../formats/index.ts";
import type { ImageFacts } from "../policy/index.ts";
import { fileFault } from "./fault.ts";
import { readText } from "./text-file.ts";

const FOLDER = "the root directory of an image, or the manifest beside it";

/**
 * What is known of an image on this machine. Its path is the real one: who owns the directory that holds a link says
 * nothing of the image.
 *
 * @param path      its root directory, or its manifest
 * @param isWalked  shall its owners be looked for, where its manifest does not name them?
 * @throws UsernsError ERR_FILE
 */
export async function readImage(path: string, isWalked: boolean): Promise<ImageFacts> {
  const folder = path.endsWith(MANIFEST_SUFFIX) ? path.slice(0, -MANIFEST_SUFFIX.length) : path;
  try {
    const real = await realpath(folder);
    const root = await stat(real);
    if (!root.isDirectory())
      throw new UsernsError("ERR_FILE", { where: path, expected: FOLDER, got: "a file that is neither" });
    const beside = `${real}${MANIFEST_SUFFIX}`;
    const manifest = existsSync(beside) ? readManifest(await readText(beside, "utf8"), beside) : null;
    const named = manifest?.ok ? Object.values(manifest.manifest.owners).flat() : [];
    const owners = isWalked && named.length === 0 ? await ownersIn(real, root.dev) : { uid: [], gid: [] };
    const parent = await stat(dirname(real));
    return { path: real, root: { uid: root.uid, gid: root.gid }, parentUid: parent.uid, manifest, owners };
  } catch (error) {
    throw fileFault(error, path, FOLDER);
  }
}

/** The images that grants name and that are here, by the path that the grant gives. */
export async function readGrantedImages(paths: Iterable<string>): Promise<ReadonlyMap<string, ImageFacts>> {
  const here = [...new Set(paths)].filter((path) => existsSync(path));
  return new Map(await Promise.all(here.map(async (path) => [path, await readImage(path, false)] as const)));
}

/** The owners of everything below a directory, on its own file system. */
async function ownersIn(root: string, device: number): Promise<ImageFacts["owners"]> {
  const uids = new Set<number>();
  const gids = new Set<number>();
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const found = await lstat(folder);
    if (found.dev !== device) continue;
    uids.add(found.uid);
    gids.add(found.gid);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (isFolder(entry)) waiting.push(path);
      else {
        const file = await lstat(path);
        uids.add(file.uid);
        gids.add(file.gid);
      }
    }
  }
  return { uid: [...uids], gid: [...gids] };
}

function isFolder(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.isSymbolicLink();
}
