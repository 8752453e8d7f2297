import { isSameKuid64, isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { isNsCapable } from "./capability.ts";
import { isInGroup } from "./cred.ts";
import { killFileCapability } from "./file-capability.ts";
import type { Inode } from "./inode.ts";
import { inodePermission, isInGroupOrCapable, ownsOrCapable, seenThrough, showOwners } from "./inode-permission.ts";
import { fromVfsid } from "./mnt-idmapping.ts";
import { GROUP_EXEC, SETGID, SETUID } from "./mode.ts";
import type { Path } from "./mount.ts";
import { isCapableOver, MAY, type Protected } from "./permission.ts";
import { chmodAcl } from "./posix-acl.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const OPS = "vectors/linux-6.18/3_idmapped_mounts.json (tag ops)";

const RULES = ruleTable({
  linkHasNoMode: { sentence: "A symbolic link's mode cannot be changed.", source: "chmod(2): EOPNOTSUPP" },
  ownerHasPlace: {
    sentence: "An idmapped mount must be able to hold the new owner; this is asked before any permission.",
    source: `chown(2); idmappings.rst; ${OPS}`,
  },
  invalidOwnerRepaired: {
    sentence:
      "A file with an owner or group that has no value on the mount is changed only by giving it valid ones in the same call.",
    source: OPS,
  },
  chownNeedsCap: {
    sentence:
      "The owner of a file is changed with CAP_CHOWN where both its ids are mapped; its owner may set the owner it has.",
    source: "chown(2), capabilities(7)",
  },
  chgrpNeedsGroup: {
    sentence:
      "The owner of a file may give it to a group of its own; anyone else needs CAP_CHOWN where both the file's ids are mapped.",
    source: "chown(2), capabilities(7)",
  },
  touchNeedsWrite: {
    sentence: "Setting both times to now needs ownership, CAP_FOWNER or write permission.",
    source: "utimensat(2)",
  },
  timesNeedOwner: {
    sentence: "Setting times to a value of one's own needs ownership or CAP_FOWNER.",
    source: "utimensat(2)",
  },
  modeNeedsOwner: {
    sentence:
      "The mode is changed by the owner or with CAP_FOWNER; dropping a set-id bit for a change of owner counts as such a change.",
    source: "chmod(2); vectors/linux-6.18/8_vfs_permission.json (tag chown-setid)",
  },
});

/** What is to be changed: `struct iattr`. Ids are as seen through the mount. */
export interface SetAttr {
  readonly uid?: Kuid64<"uid">;
  readonly gid?: Kuid64<"gid">;
  readonly mode?: number;
  readonly size?: number;
  /** now: both times, as write permission allows; set: anything else, as ownership allows. */
  readonly times?: "now" | "set";
  /** Set-id bits to drop, as {@link SETUID} and {@link SETGID} together. */
  readonly dropBits?: number;
  /** Drop the file's capabilities too. */
  readonly dropCapability?: boolean;
  /** The change follows from one that was permitted: ask for no permission. */
  readonly isForced?: boolean;
}

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
  const dropCapability = inode.capability !== null;
  return dropBits !== 0 || dropCapability ? { dropBits, dropCapability, isForced: true } : {};
}

/**
 * Change what an inode says of a file: `notify_change`, and what every file system does with it.
 *
 * @returns EOVERFLOW, EPERM, EACCES, ENOTSUP
 */
export function notifyChange(world: World, task: Task, path: Path, attr: SetAttr): Verdict {
  const { inode } = path;
  if (attr.times === "now" && !ownsOrCapable(world, task.cred, path).ok) {
    const writable = inodePermission(world, task.cred, path, MAY.write);
    if (!writable.ok) return { ...writable, because: `${RULES.touchNeedsWrite.sentence} ${writable.because}` };
  }
  if (attr.mode !== undefined && inode.type === "symlink") return deny("ENOTSUP", RULES.linkHasNoMode);
  const dropped = inode.mode & (attr.dropBits ?? 0);
  const mode = attr.mode ?? (dropped !== 0 ? inode.mode & ~dropped : undefined);
  const file = seenThrough(world, path);
  const expressible = ownersHavePlace(world, path, file, attr);
  if (!expressible.ok) return expressible;
  const prepared = attr.isForced ? allow(mode) : prepare(world, task, path, file, attr, mode);
  if (!prepared.ok) return prepared;
  const { operations } = inode.superblock;
  if (operations) {
    const asPrepared = attr.mode !== undefined && prepared.value !== undefined ? { mode: prepared.value } : {};
    return operations.setattr(inode, { ...attr, ...asPrepared });
  }
  if (attr.dropCapability) killFileCapability(inode);
  apply(world, task, path, attr, prepared.value);
  return prepared.rule ? allow(undefined, prepared.rule) : allow();
}

function ownersHavePlace(world: World, { mount }: Path, file: Protected, { uid, gid }: SetAttr): Verdict {
  if (uid && !isValidKuid64(fromVfsid(world, mount, "uid", uid)))
    return deny("EOVERFLOW", RULES.ownerHasPlace, `owner v${uid.id} has no place on ${mount.name}`);
  if (gid && !isValidKuid64(fromVfsid(world, mount, "gid", gid)))
    return deny("EOVERFLOW", RULES.ownerHasPlace, `group v${gid.id} has no place on ${mount.name}`);
  if ((!uid && !isValidKuid64(file.uid)) || (!gid && !isValidKuid64(file.gid)))
    return deny("EOVERFLOW", RULES.invalidOwnerRepaired, showOwners(file));
  return allow();
}

/** `setattr_prepare`. @returns the mode to set, without a set-group-ID bit that the task may not set */
function prepare(
  world: World,
  task: Task,
  path: Path,
  file: Protected,
  { uid, gid, times }: SetAttr,
  mode: number | undefined,
): Verdict<number | undefined> {
  if (uid && !mayChown(world, task, path.inode, file, uid))
    return deny("EPERM", RULES.chownNeedsCap, `to v${uid.id}; ${showOwners(file)}`);
  if (gid && !mayChgrp(world, task, path.inode, file, gid))
    return deny("EPERM", RULES.chgrpNeedsGroup, `to v${gid.id}; ${showOwners(file)}`);
  const owns = ownsOrCapable(world, task.cred, path);
  if (mode !== undefined && !owns.ok) return deny("EPERM", RULES.modeNeedsOwner, owns.because);
  if (times === "set" && !owns.ok) return deny("EPERM", RULES.timesNeedOwner, owns.because);
  if (mode === undefined) return allow(mode);
  return allow(isInGroupOrCapable(world, task.cred, file, gid ?? file.gid) ? mode : mode & ~SETGID, owns.rule);
}

/** `chown_ok` */
function mayChown(world: World, { cred }: Task, inode: Inode, file: Protected, uid: Kuid64<"uid">): boolean {
  if (isSameKuid64(file.uid, cred.uid.fs) && isSameKuid64(uid, file.uid)) return true;
  if (isCapableOver(world, cred, file, "chown")) return true;
  return !isValidKuid64(file.uid) && isNsCapable(cred, inode.superblock.userNs, "chown");
}

/** `chgrp_ok` */
function mayChgrp(world: World, { cred }: Task, inode: Inode, file: Protected, gid: Kuid64<"gid">): boolean {
  const isOwner = isSameKuid64(file.uid, cred.uid.fs);
  if (isOwner && (isSameKuid64(gid, file.gid) || isInGroup(cred, gid))) return true;
  if (isCapableOver(world, cred, file, "chown")) return true;
  return !isValidKuid64(file.gid) && isNsCapable(cred, inode.superblock.userNs, "chown");
}

/** `setattr_copy`: the set-group-ID bit is asked about once more, with the new owners in place. */
function apply(world: World, task: Task, path: Path, attr: SetAttr, mode: number | undefined): void {
  const { mount, inode } = path;
  if (attr.uid) inode.setUid(fromVfsid(world, mount, "uid", attr.uid));
  if (attr.gid) inode.setGid(fromVfsid(world, mount, "gid", attr.gid));
  if (attr.size !== undefined) {
    inode.size = attr.size;
    inode.isProgram = false;
  }
  if (mode === undefined) return;
  const keepsSetgid = isInGroupOrCapable(world, task.cred, seenThrough(world, path));
  inode.mode = keepsSetgid ? mode : mode & ~SETGID;
  const { access } = inode.acls;
  if (access) inode.acls.access = chmodAcl(access, inode.mode);
}
