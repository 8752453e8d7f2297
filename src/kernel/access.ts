import { isSameKuid64 } from "../core/kuid64.ts";
import { NO_CAPS } from "./capability.ts";
import { type Cred, type CredIds, hasSecurebit } from "./cred.ts";
import { inodePermission, wantWrite } from "./inode-permission.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  noexecMount: { sentence: "No file of a noexec mount is executable.", source: "access(2), mount(2): EACCES" },
});

/**
 * Who access(2) asks for: the real ids in place of the filesystem ids, with the capabilities that the real user would
 * have. Root of the own namespace has the permitted ones, everybody else none.
 *
 * @source access(2), Notes; vectors/linux-6.18/8_vfs_permission.json (tag access-real)
 */
function asRealUser(world: World, cred: Cred): Cred {
  const root = makeKid(world, cred.userNs, "uid", 0);
  const byRoot = isSameKuid64(cred.uid.real, root) ? cred.permitted : NO_CAPS;
  return {
    ...cred,
    uid: realAsFs(cred.uid),
    gid: realAsFs(cred.gid),
    effective: hasSecurebit(cred, "no_setuid_fixup") ? cred.effective : byRoot,
  };
}

function realAsFs<K extends OwnerKind>({ real, effective, saved }: CredIds<K>): CredIds<K> {
  return { real, effective, saved, fs: real };
}

/**
 * `faccessat`; a symbolic link is followed.
 *
 * @param isEffective  AT_EACCESS: ask for the ids and capabilities that the task has
 * @source access(2)
 */
export function accessPath(world: World, task: Task, path: PathName, mask: number, isEffective: boolean): Verdict {
  const cred = isEffective ? task.cred : asRealUser(world, task.cred);
  const found = lookup(world, { ...task, cred }, path, "follow");
  if (!found.ok) return found;
  const { inode, mount } = found.value;
  if ((mask & MAY.exec) !== 0 && inode.type === "file" && mount.isNoexec) return deny("EACCES", RULES.noexecMount);
  const permitted = inodePermission(world, cred, found.value, mask);
  const isSpecial = inode.type !== "file" && inode.type !== "dir" && inode.type !== "symlink";
  if (!permitted.ok || (mask & MAY.write) === 0 || isSpecial) return permitted;
  const writable = wantWrite(world, mount);
  return writable.ok ? permitted : writable;
}
