import { isSameKuid64 } from "../core/kuid64.ts";
import { fileUser } from "./file-user.ts";
import type { Inode } from "./inode.ts";
import {
  hasUnmappedId,
  inodePermission,
  isMutable,
  seenThrough,
  showBoth,
  showOwners,
  wantWrite,
} from "./inode-permission.ts";
import { STICKY } from "./mode.ts";
import { hasOperation } from "./name-operations.ts";
import { lookupName, lookupParent, requireFollowed } from "./path.ts";
import {
  type Entry,
  type EntryName,
  isEntry,
  isFree,
  type NoEntryErrnos,
  noEntry,
  notDirectory,
} from "./path-entry.ts";
import type { PathName } from "./path-name.ts";
import { isCapableOver, MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  unmappedNotRemoved: {
    sentence: "A file with an owner or group that has no value on the mount is not removed or renamed.",
    source: "vectors/linux-6.18/3_idmapped_mounts.json (tag crossmount)",
  },
  stickyOwner: {
    sentence:
      "In a sticky directory a file is removed or renamed by its owner, the directory's owner, or with CAP_FOWNER where both the file's ids are mapped.",
    source: "unlink(2), rename(2): EPERM; vectors/linux-6.18/8_vfs_permission.json (tag sticky)",
  },
  rmdirTakesDirectories: { sentence: "rmdir removes directories only.", source: "rmdir(2): ENOTDIR" },
  unlinkTakesFiles: { sentence: "unlink removes anything but directories.", source: "unlink(2): EISDIR on Linux" },
  onlyEmptyRemoved: { sentence: "A directory is removed when it is empty.", source: "rmdir(2): ENOTEMPTY" },
});

/** A name that stands for something. */
export interface Victim extends EntryName {
  readonly inode: Inode;
}

/** The entry, if its name stands for something. @returns ENOENT */
export function existing(entry: Entry): Verdict<Victim> {
  const { inode } = entry;
  return inode ? allow({ ...entry, inode }) : noEntry(entry);
}

/**
 * May the task take the entry away, to remove or rename it: `may_delete`?
 *
 * @param as  what the call takes it for
 */
export function mayDelete(world: World, task: Task, { mount, directory, inode }: Victim, as: "dir" | "file"): Verdict {
  const file = seenThrough(world, { mount, inode });
  const removable = hasUnmappedId(file)
    ? deny("EOVERFLOW", RULES.unmappedNotRemoved, showOwners(file))
    : allow(undefined, RULES.unmappedNotRemoved);
  world.trail?.add("remove", { mount, inode }, removable, showOwners(file));
  if (!removable.ok) return removable;
  const permitted = inodePermission(world, task.cred, { mount, inode: directory }, MAY.write | MAY.exec);
  if (!permitted.ok) return permitted;
  const { cred } = task;
  if ((directory.mode & STICKY) !== 0) {
    const top = seenThrough(world, { mount, inode: directory });
    const { uid } = fileUser(world, cred, file.table);
    const isOwner = isSameKuid64(file.uid, uid) || isSameKuid64(top.uid, uid);
    const taken =
      !isOwner && !isCapableOver(world, cred, file, "fowner")
        ? deny("EPERM", RULES.stickyOwner, showOwners(file))
        : allow(undefined, RULES.stickyOwner, isOwner ? "as an owner" : "by CAP_FOWNER");
    world.trail?.add("take from its sticky directory", { mount, inode }, taken, showBoth(world, cred, file));
    if (!taken.ok) return taken;
  }
  const mutable = isMutable(inode);
  if (!mutable.ok) return mutable;
  const isDirectory = inode.type === "dir";
  if (as === "dir" && !isDirectory) return deny("ENOTDIR", RULES.rmdirTakesDirectories);
  if (as === "file" && isDirectory) return deny("EISDIR", RULES.unlinkTakesFiles);
  return permitted;
}

/** Take an entry out of its directory. */
function removeEntry({ directory, name, inode }: Victim): Verdict {
  const removed = directory.superblock.operations?.remove(directory, name, inode) ?? allow();
  if (!removed.ok) return removed;
  directory.entries.delete(name);
  inode.links--;
  return allow();
}

const NO_ENTRY: { readonly [As in "dir" | "file"]: NoEntryErrnos } = {
  dir: { top: "EBUSY", ".": "EINVAL", "..": "ENOTEMPTY" },
  file: { top: "EISDIR", ".": "EISDIR", "..": "EISDIR" },
};

function entryToDelete(world: World, task: Task, path: PathName, as: "dir" | "file"): Verdict<Victim> {
  requireFollowed(path);
  const parent = lookupParent(world, task, path);
  if (!parent.ok) return parent;
  const named = isEntry(world, task, parent.value, NO_ENTRY[as]);
  if (!named.ok) return named;
  const writable = wantWrite(world, parent.value.mount);
  if (!writable.ok) return writable;
  const entry = lookupName(world, parent.value);
  if (!entry.ok) return entry;
  const victim = existing(entry.value);
  if (!victim.ok) return victim;
  if (as === "file" && entry.value.hasSlash)
    return victim.value.inode.type === "dir" ? deny("EISDIR", RULES.unlinkTakesFiles) : notDirectory(entry.value);
  const permitted = mayDelete(world, task, victim.value, as);
  if (!permitted.ok) return permitted;
  const removable = hasOperation(entry.value.directory, as === "dir" ? "rmdir" : "unlink");
  if (!removable.ok) return removable;
  const free = isFree(entry.value);
  return free.ok ? victim : free;
}

/** `unlink` @source unlink(2) */
export function unlinkPath(world: World, task: Task, path: PathName): Verdict {
  const victim = entryToDelete(world, task, path, "file");
  if (!victim.ok) return victim;
  return removeEntry(victim.value);
}

/** `rmdir` @source rmdir(2) */
export function removeDirectory(world: World, task: Task, path: PathName): Verdict {
  const victim = entryToDelete(world, task, path, "dir");
  if (!victim.ok) return victim;
  const { inode } = victim.value;
  const { mayRmdir, refresh } = inode.superblock;
  refresh?.(inode);
  const free = mayRmdir
    ? mayRmdir(inode)
    : inode.entries.size > 0
      ? deny("ENOTEMPTY", RULES.onlyEmptyRemoved)
      : allow();
  return free.ok ? removeEntry(victim.value) : free;
}
