import { mayChgrp, mayChown, ownersHavePlace, quotaHolds } from "./chown.ts";
import { killFileCapability } from "./file-capability.ts";
import type { SetAttr } from "./iattr.ts";
import type { Inode } from "./inode.ts";
import {
  inodePermission,
  isChangedAtAll,
  isInGroupOrCapable,
  ownsOrCapable,
  seenThrough,
  showBoth,
} from "./inode-permission.ts";
import { fromVfsid } from "./mnt-idmapping.ts";
import { SETGID } from "./mode.ts";
import type { Path } from "./mount.ts";
import { MAY, type Protected } from "./permission.ts";
import { chmodAcl } from "./posix-acl.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  linkHasNoMode: { sentence: "A symbolic link's mode cannot be changed.", source: "chmod(2): EOPNOTSUPP" },
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

/**
 * Change what an inode says of a file: `notify_change`, and what every file system does with it.
 *
 * @returns EOVERFLOW, EPERM, EACCES, ENOTSUP
 */
export function notifyChange(world: World, task: Task, path: Path, attr: SetAttr): Verdict {
  const { inode } = path;
  const changed = isChangedAtAll(path, attr);
  if (!changed.ok) return changed;
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
  const killed = attr.dropCapability ? killFileCapability(inode) : allow();
  if (!killed.ok) return killed;
  if (operations) {
    const asPrepared = attr.mode !== undefined && prepared.value !== undefined ? { mode: prepared.value } : {};
    return operations.setattr(inode, { ...attr, ...asPrepared });
  }
  apply(world, task, path, attr, prepared.value);
  return prepared.rule ? allow(undefined, prepared.rule) : allow();
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
  if (mode !== undefined && !owns.ok) {
    const refused = deny("EPERM", RULES.modeNeedsOwner, owns.because);
    world.trail?.add("change the mode of", path, refused);
    return refused;
  }
  if (times === "set" && !owns.ok) return deny("EPERM", RULES.timesNeedOwner, owns.because);
  if (mode === undefined) return allow(mode);
  return allow(isInGroupOrCapable(world, task.cred, file, gid ?? file.gid) ? mode : mode & ~SETGID, owns.rule);
}

/** A file that grows to more is taken for one whose content is not known: nobody wants its zero bytes. */
const MOST_ZEROS = 0x10000;

/** What a file holds once it is cut, or has grown. */
function resized({ content }: Inode, size: number): string | null {
  if (size === 0) return "";
  return content === null || size > MOST_ZEROS ? null : content.slice(0, size).padEnd(size, "\0");
}

/** `setattr_copy`: the set-group-ID bit is asked about once more, with the new owners in place. */
function apply(world: World, task: Task, path: Path, attr: SetAttr, mode: number | undefined): void {
  const { mount, inode } = path;
  if (attr.uid) inode.setUid(fromVfsid(world, mount, "uid", attr.uid));
  if (attr.gid) inode.setGid(fromVfsid(world, mount, "gid", attr.gid));
  if (attr.size !== undefined) {
    inode.content = attr.content === undefined ? resized(inode, attr.size) : attr.content;
    inode.size = attr.size;
    inode.isProgram = false;
  }
  if (mode === undefined) return;
  const keepsSetgid = isInGroupOrCapable(world, task.cred, seenThrough(world, path));
  inode.mode = keepsSetgid ? mode : mode & ~SETGID;
  const { access } = inode.acls;
  if (access) inode.acls.access = chmodAcl(access, inode.mode);
}
