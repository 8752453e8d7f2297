import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { isNsCapable } from "./capability.ts";
import { killFileCapability } from "./file-capability.ts";
import { fileUser } from "./file-user.ts";
import { kfsidHasMapping } from "./fsid.ts";
import { hasFsMap, ownerTable } from "./fsid-map.ts";
import type { Inode } from "./inode.ts";
import {
  inodePermission,
  isInGroupOrCapable,
  ownsOrCapable,
  seenThrough,
  showBoth,
  showOwners,
} from "./inode-permission.ts";
import { fromVfsid } from "./mnt-idmapping.ts";
import { GROUP_EXEC, SETGID, SETUID } from "./mode.ts";
import type { Mount, Path } from "./mount.ts";
import { isCapableOver, MAY, type Protected } from "./permission.ts";
import { chmodAcl } from "./posix-acl.ts";
import type { Task } from "./task.ts";
import type { OwnerKind } from "./user-namespace.ts";
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
  quotaHasPlace: {
    sentence: "Where quota is kept, the file system must be able to count for the new owner; this is asked last.",
    source: "chown(2); vectors/isolated/scenarios.json (A07, A09): EINVAL",
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
  const counted = quotaHolds(world, path, attr);
  if (!counted.ok) return counted;
  if (operations) {
    const asPrepared = attr.mode !== undefined && prepared.value !== undefined ? { mode: prepared.value } : {};
    return operations.setattr(inode, { ...attr, ...asPrepared });
  }
  if (attr.dropCapability) killFileCapability(inode);
  apply(world, task, path, attr, prepared.value);
  return prepared.rule ? allow(undefined, prepared.rule) : allow();
}

function ownersHavePlace(world: World, path: Path, file: Protected, attr: SetAttr): Verdict {
  const placed = newOwnersHavePlace(world, path, attr);
  if (attr.uid || attr.gid) world.trail?.add("keep the new owners of", path, placed, showNewOwners(attr));
  if (!placed.ok) return placed;
  const repaired =
    (!attr.uid && !isValidKuid64(file.uid)) || (!attr.gid && !isValidKuid64(file.gid))
      ? deny("EOVERFLOW", RULES.invalidOwnerRepaired, showOwners(file))
      : allow(undefined, RULES.invalidOwnerRepaired);
  world.trail?.add("change", path, repaired, showOwners(file));
  return repaired;
}

function showNewOwners({ uid, gid }: SetAttr): string {
  const owner = uid ? [`owner ${showKuid64(uid, "v")}`] : [];
  return [...owner, ...(gid ? [`group ${showKuid64(gid, "v")}`] : [])].join(", ");
}

function newOwnersHavePlace(world: World, { mount }: Path, { uid, gid }: SetAttr): Verdict {
  if (uid && !hasPlace(world, mount, "uid", uid))
    return deny("EOVERFLOW", RULES.ownerHasPlace, `owner ${showKuid64(uid, "v")} has no place on ${mount.name}`);
  if (gid && !hasPlace(world, mount, "gid", gid))
    return deny("EOVERFLOW", RULES.ownerHasPlace, `group ${showKuid64(gid, "v")} has no place on ${mount.name}`);
  return allow(undefined, RULES.ownerHasPlace);
}

/** `dqget`: a new owner that the quota of the file system can count for. */
function quotaHolds(world: World, { mount, inode }: Path, { uid, gid }: SetAttr): Verdict {
  const { hasQuota, userNs, name } = inode.superblock;
  const table = ownerTable(world, inode.superblock);
  const isCounted =
    (!uid || kfsidHasMapping(world, userNs, "uid", fromVfsid(world, mount, "uid", uid), table)) &&
    (!gid || kfsidHasMapping(world, userNs, "gid", fromVfsid(world, mount, "gid", gid), table));
  return !hasQuota || isCounted ? allow() : deny("EINVAL", RULES.quotaHasPlace, `${name} cannot count for it`);
}

/**
 * Can an inode hold the id? That the file system can write it down is asked only where isolated chown is checked, and
 * where the fsid mappings have a say: they are of a time when notify_change always asked it.
 */
function hasPlace<K extends OwnerKind>(world: World, mount: Mount, kind: K, vfsid: Kuid64<K>): boolean {
  const kid = fromVfsid(world, mount, kind, vfsid);
  if (!isValidKuid64(kid)) return false;
  const { superblock } = mount;
  const isAsked = world.profile.isolated?.has("chown-checked") || hasFsMap(world, superblock.userNs, kind);
  return !isAsked || kfsidHasMapping(world, superblock.userNs, kind, kid, ownerTable(world, superblock));
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
  if (uid) {
    const given = mayChown(world, task, path.inode, file, uid);
    world.trail?.add("give away", path, given, showBoth(world, task.cred, file));
    if (!given.ok) return given;
  }
  if (gid) {
    const given = mayChgrp(world, task, path.inode, file, gid);
    world.trail?.add("change the group of", path, given, showBoth(world, task.cred, file));
    if (!given.ok) return given;
  }
  if (mode === undefined && times !== "set") return allow(mode);
  const owns = ownsOrCapable(world, task.cred, path);
  if (mode !== undefined && !owns.ok) return deny("EPERM", RULES.modeNeedsOwner, owns.because);
  if (times === "set" && !owns.ok) return deny("EPERM", RULES.timesNeedOwner, owns.because);
  if (mode === undefined) return allow(mode);
  return allow(isInGroupOrCapable(world, task.cred, file, gid ?? file.gid) ? mode : mode & ~SETGID, owns.rule);
}

const BY_CHOWN = "by CAP_CHOWN";
const BY_CHOWN_BELOW = "by CAP_CHOWN over the file system";

/** `chown_ok` */
function mayChown(world: World, { cred }: Task, inode: Inode, file: Protected, uid: Kuid64<"uid">): Verdict {
  const rule = RULES.chownNeedsCap;
  const user = fileUser(world, cred, file.table);
  if (isSameKuid64(file.uid, user.uid) && isSameKuid64(uid, file.uid)) return allow(undefined, rule, "to its owner");
  if (isCapableOver(world, cred, file, "chown")) return allow(undefined, rule, BY_CHOWN);
  if (!isValidKuid64(file.uid) && isNsCapable(cred, inode.superblock.userNs, "chown"))
    return allow(undefined, rule, BY_CHOWN_BELOW);
  return deny("EPERM", rule, `to ${showKuid64(uid, "v")}; ${showOwners(file)}`);
}

/** `chgrp_ok` */
function mayChgrp(world: World, { cred }: Task, inode: Inode, file: Protected, gid: Kuid64<"gid">): Verdict {
  const rule = RULES.chgrpNeedsGroup;
  const user = fileUser(world, cred, file.table);
  const isOwner = isSameKuid64(file.uid, user.uid);
  if (isOwner && (isSameKuid64(gid, file.gid) || user.isIn(gid)))
    return allow(undefined, rule, "as the owner, to a group of its own");
  if (isCapableOver(world, cred, file, "chown")) return allow(undefined, rule, BY_CHOWN);
  if (!isValidKuid64(file.gid) && isNsCapable(cred, inode.superblock.userNs, "chown"))
    return allow(undefined, rule, BY_CHOWN_BELOW);
  return deny("EPERM", rule, `to ${showKuid64(gid, "v")}; ${showOwners(file)}`);
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
