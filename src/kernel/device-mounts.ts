import { makeKfsid } from "./fsid.ts";
import { ownerTable } from "./fsid-map.ts";
import { Inode, type Superblock } from "./inode.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import { addPseudoFiles } from "./pseudo-files.ts";
import type { Task } from "./task.ts";
import type { World } from "./world.ts";

/** ptmx, character device 5:2, as the model counts devices: opened, it makes a terminal that goes when it is closed. */
export const TERMINAL_MULTIPLEXER = 0x502;

/**
 * An instance of devpts. The directory is of user id 0 of the mounter's namespace, nobody's where that is no id; ptmx is
 * of the mounter's filesystem ids, whether they are mapped or not.
 *
 * @source vectors of this project, trees.json; pts(4); vectors/isolated/scenarios.json (Y04)
 */
export function mountTerminals(world: World, { cred }: Task, ptmxMode: number, name: string): Mount {
  const { userNs } = cred;
  const superblock: Superblock = { name, type: "devpts", userNs, isReadOnly: false, names: [] };
  const table = ownerTable(superblock);
  const owner = { uid: makeKfsid(world, userNs, "uid", 0, table), gid: makeKfsid(world, userNs, "gid", 0, table) };
  const top = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, ...owner });
  const maker = { uid: cred.uid.fs, gid: cred.gid.fs };
  const made = addPseudoFiles(world, top, [{ path: "ptmx", type: "chr", mode: ptmxMode, owner: maker }]);
  const ptmx = made.get("ptmx");
  if (ptmx) ptmx.device = TERMINAL_MULTIPLEXER;
  return { ...NO_FLAGS, name, superblock, root: top, idmap: null };
}

/**
 * The POSIX message queues of a task's IPC namespace: one directory, whoever mounts it, of who made the namespace.
 *
 * @source mq_overview(7)
 */
export function mountQueues(world: World, { ipcNs }: Task, name: string): Mount {
  ipcNs.queues ??= new Inode(world.inodeColumns, {
    superblock: { name, type: "mqueue", userNs: ipcNs.userNs, isReadOnly: false, names: ["create", "unlink"] },
    type: "dir",
    mode: 0o1777,
    ...ipcNs.maker,
  });
  return { ...NO_FLAGS, name, superblock: ipcNs.queues.superblock, root: ipcNs.queues, idmap: null };
}
