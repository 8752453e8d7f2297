import { entryAt, idmapOf, type Mount, namesIn, type Path, type World } from "../kernel/index.ts";
import { listOf, objectOf, oneOf, optional, scenarioError, text, userNamespace } from "../kernel/syscall/index.ts";

import { addMount, filesystem, mountName, PLAIN, plainMount } from "./set-up-filesystems.ts";

const FLAGS = { ro: "isReadOnly", nosuid: "isNosuid", noexec: "isNoexec", nodev: "isNodev" } as const;

export const MOUNT_ITEM = {
  name: mountName,
  fs: filesystem,
  idmap: optional(userNamespace, undefined),
  flags: optional(listOf(oneOf("ro", "nosuid", "noexec", "nodev")), []),
  sub: optional(text, ""),
  /** Where absolute paths find it: `/`, or a directory of what is mounted before. */
  at: optional(text, undefined),
};

/** A further mount of a file system. */
export function setUpMount(world: World, item: unknown, where: string): void {
  const { name, fs, idmap, flags, sub, at } = objectOf(MOUNT_ITEM).read(item, where, world);
  const root = entryAt(plainMount(world, fs), sub);
  if (root?.type !== "dir") throw scenarioError(`${where}.sub`, `a directory of ${fs.name}`, sub);
  const set = Object.fromEntries(flags.map((flag) => [FLAGS[flag], true]));
  const mount: Mount = { ...PLAIN, ...set, name, superblock: fs, root, idmap: idmap ? idmapOf(idmap) : null };
  addMount(world, mount, where);
  if (at !== undefined) world.initMountNs.tree.attach(mount, placeAt(world, at, `${where}.at`));
}

/** Where an absolute path leads, with nobody asked; null: it is the top of all. */
function placeAt(world: World, path: string, where: string): Path | null {
  const { tree } = world.initMountNs;
  const names = namesIn(path);
  if (path.startsWith("/") && tree.top === null && names.length === 0) return null;
  const start = tree.top && tree.through({ mount: tree.top, inode: tree.top.root });
  const found = names.reduce<Path | null>((at, name) => {
    const inode = at?.inode.entries.get(name);
    return at && inode ? tree.through({ mount: at.mount, inode }) : null;
  }, start);
  if (!path.startsWith("/") || found?.inode.type !== "dir")
    throw scenarioError(where, tree.top ? "an absolute path to a directory" : "/, at which nothing is mounted", path);
  return found;
}
