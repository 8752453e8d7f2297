import { type ExecOutcome, execProgram, type HonouredCaps } from "./exec.ts";
import { inodePermission, seenThrough } from "./inode-permission.ts";
import { makeVfsid } from "./mnt-idmapping.ts";
import type { Path } from "./mount.ts";
import { lookup, type PathName } from "./path.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { fromKid, makeKid } from "./uidgid.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  onlyFilesRun: { sentence: "Only a regular file can be run.", source: "execve(2), EACCES" },
  noexecMount: { sentence: "Nothing is run from a mount or file system that is noexec.", source: "execve(2), EACCES" },
});

/**
 * `execve` of the program at a path, a symbolic link followed.
 *
 * @returns ENOENT, ENOTDIR, EACCES on the way; EPERM of {@link execProgram}
 */
export function execFile(world: World, task: Task, name: PathName): Verdict<ExecOutcome> {
  const found = lookup(world, task, name, "follow");
  if (!found.ok) return found;
  const path = found.value;
  const { mount, inode } = path;
  if (inode.type !== "file") return deny("EACCES", RULES.onlyFilesRun, `it is a ${inode.type}`);
  const permitted = inodePermission(world, task.cred, path, MAY.exec);
  if (!permitted.ok) return permitted;
  if (mount.isNoexec) return deny("EACCES", RULES.noexecMount, mount.name);
  const { uid, gid } = seenThrough(world, path);
  return execProgram(world, task, {
    uid,
    gid,
    mode: inode.mode,
    isNosuid: mount.isNosuid,
    ownedBy: mount.superblock.userNs,
    caps: honouredCaps(world, task, path),
    isReadable: inodePermission(world, task.cred, path, MAY.read).ok,
  });
}

/**
 * What a file's capabilities give a task: nothing unless their root is uid 0 of the task's namespace or of one above.
 *
 * @source capabilities(7), Namespaced file capabilities; vectors/linux-6.18/4_acl_fcap.json (tag fcap-exec)
 */
export function honouredCaps(world: World, task: Task, { mount, inode }: Path): HonouredCaps | null {
  const held = inode.capability;
  if (!held) return null;
  const onDisk = makeKid(world, mount.superblock.userNs, "uid", held.rootId);
  const root = makeVfsid(world, mount, "uid", onDisk);
  for (let ns: UserNamespace | null = task.cred.userNs; ns; ns = ns.parent)
    if (fromKid(world, ns, "uid", root) === 0) return held;
  return null;
}
