import { Inode, type InodeType, type Superblock } from "./inode.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import { addPseudoFiles, GLOBAL_ROOT, type PseudoFile, rootOf } from "./pseudo-files.ts";
import type { Task } from "./task.ts";
import type { World } from "./world.ts";

/** Where the loopback device, which every network namespace has, is kept. */
const LOOPBACK = "devices/virtual/net/lo";

/** Files of the network namespace's own, and those of the machine. @source sysfs(5) */
const FILES: readonly (readonly [owner: "network" | "machine", path: string, type: InodeType, mode: number])[] = [
  ["machine", "kernel", "dir", 0o755],
  ["machine", "class", "dir", 0o755],
  ["machine", "class/net", "dir", 0o755],
  ["network", "class/net/lo", "symlink", 0o777],
  ["machine", "devices", "dir", 0o755],
  ["machine", "devices/virtual", "dir", 0o755],
  ["machine", "devices/virtual/net", "dir", 0o755],
  ["network", LOOPBACK, "dir", 0o755],
  ["network", `${LOOPBACK}/mtu`, "file", 0o644],
];

/**
 * A sysfs of a task's network namespace. The initial user namespace owns it whoever mounts it; devices belong to root of
 * the namespace that owns the network.
 *
 * @source sysfs(5); isolated user namespaces, 29d2f6c3; vectors/isolated/scenarios.json (Y03)
 */
export function mountSysfs(world: World, { netNs }: Task, name: string): Mount {
  const superblock: Superblock = { name, type: "sysfs", userNs: world.initUserNs, isReadOnly: false, names: [] };
  const top = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o555, ...GLOBAL_ROOT });
  const networkRoot = { uid: rootOf(world, netNs.userNs, "uid"), gid: rootOf(world, netNs.userNs, "gid") };
  const files = FILES.map(([owner, path, type, mode]): PseudoFile => {
    const file = { path, type, mode, owner: owner === "network" ? networkRoot : GLOBAL_ROOT };
    return type === "symlink" ? { ...file, target: `../../${LOOPBACK}` } : file;
  });
  addPseudoFiles(world, top, files);
  return { ...NO_FLAGS, name, superblock, root: top, idmap: null };
}
