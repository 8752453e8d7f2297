import { mountAnew } from "./disk.ts";
import { Inode, type InodeType, type KeptFilesystem, type Superblock } from "./inode.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import type { NetNamespace } from "./net-namespace.ts";
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
 * The sysfs of a task's network namespace, which keeps owners and modes while it is mounted nowhere. The initial user
 * namespace owns it whoever mounts it; devices belong to root of the namespace that owns the network. That what is the
 * machine's keeps them for other network namespaces too is not modelled.
 *
 * @source sysfs(5); isolated user namespaces, 29d2f6c3; vectors/isolated/scenarios.json (Y03); vectors of this project, trees.json
 */
export function mountSysfs(world: World, { netNs }: Task, name: string): Mount {
  netNs.sysfs ??= makeSysfs(world, netNs, name);
  mountAnew(world, netNs.sysfs);
  return { ...NO_FLAGS, name, ...netNs.sysfs, idmap: null };
}

function makeSysfs(world: World, { userNs }: NetNamespace, name: string): KeptFilesystem {
  const superblock: Superblock = { name, type: "sysfs", userNs: world.initUserNs, isReadOnly: false, names: [] };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o555, ...GLOBAL_ROOT });
  const networkRoot = { uid: rootOf(world, userNs, "uid"), gid: rootOf(world, userNs, "gid") };
  const files = FILES.map(([owner, path, type, mode]): PseudoFile => {
    const file = { path, type, mode, owner: owner === "network" ? networkRoot : GLOBAL_ROOT };
    return type === "symlink" ? { ...file, target: `../../${LOOPBACK}` } : file;
  });
  addPseudoFiles(world, root, files);
  return { superblock, root };
}
