import { hasFileCapability } from "./file-capability.ts";
import type { SetAttr } from "./iattr.ts";
import { isInGroupOrCapable, seenThrough } from "./inode-permission.ts";
import { GROUP_EXEC, SETGID, SETUID } from "./mode.ts";
import type { Path } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Task } from "./task.ts";
import type { World } from "./world.ts";

/** The set-group-ID bit where a change of owner or content drops it: `setattr_should_drop_sgid`. */
export function setgidToDrop(world: World, task: Task, path: Path): number {
  const { mode } = path.inode;
  if ((mode & SETGID) === 0) return 0;
  const isProgram = (mode & GROUP_EXEC) !== 0;
  return isProgram || !isInGroupOrCapable(world, task.cred, seenThrough(world, path)) ? SETGID : 0;
}

/**
 * What a write or a truncation takes from a file: `dentry_needs_remove_privs`. The set-id bits of a regular file go
 * unless the task has CAP_FSETID in the initial namespace; its capabilities always do.
 *
 * @source inode(7), write(2); vectors/linux-6.18/8_vfs_permission.json (tag killpriv)
 */
export function privsToRemove(world: World, task: Task, path: Path): SetAttr {
  const { inode } = path;
  const isKept = inode.type !== "file" || isNsCapable(task.cred, world.initUserNs, "fsetid");
  const dropBits = isKept ? 0 : (inode.mode & SETUID) | setgidToDrop(world, task, path);
  const dropCapability = hasFileCapability(inode);
  return dropBits !== 0 || dropCapability ? { dropBits, dropCapability, isForced: true } : {};
}
