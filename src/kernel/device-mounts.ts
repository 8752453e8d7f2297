import { isValidKuid64 } from "../core/kuid64.ts";
import { Inode, type Superblock } from "./inode.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import { addPseudoFiles, GLOBAL_ROOT } from "./pseudo-files.ts";
import type { Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  terminalRoot: {
    sentence: "Terminals are mounted where user id 0 of the mounter's namespace is an id.",
    source: "Documentation/filesystems/devpts.rst: EINVAL",
  },
});

/** Character device 5:2, as the model counts devices. */
const PTMX = 0x502;

/** An instance of devpts. The directory is global root's, and ptmx belongs to root of the mounter's namespace. */
export function mountTerminals(world: World, { cred: { userNs } }: Task, name: string): Verdict<Mount> {
  const uid = makeKid(world, userNs, "uid", 0);
  const gid = makeKid(world, userNs, "gid", 0);
  if (!isValidKuid64(uid) || !isValidKuid64(gid)) return deny("EINVAL", RULES.terminalRoot, userNs.name);
  const superblock: Superblock = { name, type: "devpts", userNs, isReadOnly: false };
  const top = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, ...GLOBAL_ROOT });
  const made = addPseudoFiles(world, top, [{ path: "ptmx", type: "chr", mode: 0, owner: { uid, gid } }]);
  const ptmx = made.get("ptmx");
  if (ptmx) ptmx.device = PTMX;
  return allow({ ...NO_FLAGS, name, superblock, root: top, idmap: null });
}

/**
 * The POSIX message queues of a task's IPC namespace: one directory, whoever mounts it, of who made the namespace.
 *
 * @source mq_overview(7)
 */
export function mountQueues(world: World, { ipcNs }: Task, name: string): Mount {
  ipcNs.queues ??= new Inode(world.inodeColumns, {
    superblock: { name, type: "mqueue", userNs: ipcNs.userNs, isReadOnly: false },
    type: "dir",
    mode: 0o1777,
    ...ipcNs.maker,
  });
  return { ...NO_FLAGS, name, superblock: ipcNs.queues.superblock, root: ipcNs.queues, idmap: null };
}
