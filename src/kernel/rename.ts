import { createEntry, mayCreate } from "./create.ts";
import { addEntry, isAtOrBelow } from "./directory.ts";
import { filesystemType } from "./filesystem-type.ts";
import { type Inode, type RenameFlag, requireOwnFiles } from "./inode.ts";
import { inodePermission, mappedFsid, wantWrite } from "./inode-permission.ts";
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
  notMade,
} from "./path-entry.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { existing, mayDelete, type Victim } from "./unlink.ts";
import { allow, deny, ruleTable, type Verdict, withoutValue } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  sameMount: {
    sentence: "Both names must be on one mount, not only on one file system; this is asked before any permission.",
    source: "rename(2): EXDEV; vectors/linux-6.18/3_idmapped_mounts.json (tag crossmount)",
  },
  noReplace: { sentence: "With RENAME_NOREPLACE the new name must be free.", source: "rename(2): EEXIST" },
  notIntoItself: { sentence: "A directory is not moved below itself.", source: "rename(2): EINVAL" },
  ancestorKept: { sentence: "A directory is not replaced by something below it.", source: "rename(2): ENOTEMPTY" },
  movedDirectoryWritten: {
    sentence: "A directory that moves to another directory must be writable by the task: its .. changes.",
    source: "rename(2): EACCES",
  },
  ontoItself: { sentence: "Nothing happens to a file that is renamed to a name it has.", source: "rename(2)" },
  onlyEmptyReplaced: {
    sentence: "A directory is replaced when it is empty.",
    source: "rename(2): ENOTEMPTY or EEXIST; vectors of this project, disks.json",
  },
});

/** A name that exists, and a name that may. */
export interface Ends {
  readonly from: Victim;
  readonly to: EntryName & { readonly inode: Inode | null };
}

/** Both ends are found. */
interface Move extends Ends {
  readonly to: Entry;
  /** Is nothing mounted on either? */
  readonly areFree: Verdict;
}

/** `renameat2` @source rename(2) */
export function renamePath(world: World, task: Task, path: PathName, to: PathName, flag: RenameFlag): Verdict {
  if (isMountTop(path) && isMountTop(to) && path.from === to.from && flag !== "noreplace")
    return allow(undefined, RULES.ontoItself);
  const ends = findEnds(world, task, path, to, flag);
  if (!ends.ok) return ends;
  const { from, to: target } = ends.value;
  if (from.inode === target.inode) return allow(undefined, RULES.ontoItself);
  const permitted = mayMove(world, task, ends.value, flag);
  if (!permitted.ok) return permitted;
  if (!ends.value.areFree.ok) return ends.value.areFree;
  return from.mount.superblock.operations?.rename?.(from, target, flag) ?? moveEntry(world, task, ends.value, flag);
}

/** Move a name that may be moved. @returns ENOTEMPTY, EEXIST for one that would replace a directory with something in it */
export function moveEntry(world: World, task: Task, { from, to: target }: Ends, flag: RenameFlag): Verdict {
  if (flag === "exchange" && target.inode) {
    addEntry(from.directory, from.name, target.inode);
    addEntry(target.directory, target.name, from.inode);
    return allow();
  }
  if (target.inode) {
    if (target.inode.entries.size > 0)
      return deny(filesystemType(from.mount.superblock.type).fullDirectoryKept, RULES.onlyEmptyReplaced);
    target.inode.links--;
  }
  from.directory.entries.delete(from.name);
  addEntry(target.directory, target.name, from.inode);
  return flag === "whiteout" ? leaveWhiteout(world, task, from) : allow();
}

/** A character device of number 0 in place of a name that was moved. */
function leaveWhiteout(world: World, task: Task, from: Victim): Verdict {
  const made = createEntry(world, task, from, "chr", 0);
  if (!made.ok || filesystemType(from.mount.superblock.type).whiteoutInherits) return withoutValue(made);
  made.value.setGid(mappedFsid(world, task.cred, from.mount, "gid"));
  made.value.acls.access = null;
  return allow();
}

/** The top of a named mount, which is one name in the directory that the mount hides; or a task's root directory. */
function isMountTop({ from, text }: PathName): boolean {
  return from !== null && text === "";
}

const NO_ENTRY: NoEntryErrnos = { top: "EBUSY", ".": "EBUSY", "..": "EBUSY" };
/** The top of a mount that has a name in a directory: with RENAME_NOREPLACE that name is taken. */
const NAMED_TOP: NoEntryErrnos = { ...NO_ENTRY, top: "EEXIST" };
const NO_ENTRY_TO_MAKE: NoEntryErrnos = { top: "EEXIST", ".": "EEXIST", "..": "EEXIST" };

/** `do_renameat2`: both directories, what the last names are, then what they stand for. */
function findEnds(world: World, task: Task, path: PathName, to: PathName, flag: RenameFlag): Verdict<Move> {
  requireFollowed(path);
  requireFollowed(to);
  const source = lookupParent(world, task, path);
  if (!source.ok) return source;
  const target = lookupParent(world, task, to);
  if (!target.ok) return target;
  const { mount } = source.value;
  // The directory that holds the top of a mount is on the mount below.
  const [isTop, toTop] = [source.value, target.value].map(({ name, walk }) => name === "" && !walk.isRooted);
  if (isTop !== toTop) return deny("EXDEV", RULES.sameMount, "one of them is the top of a mount");
  if (!isTop && mount !== target.value.mount)
    return deny("EXDEV", RULES.sameMount, `${mount.name} and ${target.value.mount.name}`);
  const named = isEntry(
    world,
    task,
    source.value,
    source.value.walk.isRooted || flag !== "noreplace" ? NO_ENTRY : NAMED_TOP,
  );
  if (!named.ok) return named;
  const toNamed = isEntry(world, task, target.value, flag === "noreplace" ? NO_ENTRY_TO_MAKE : NO_ENTRY);
  if (!toNamed.ok) return toNamed;
  requireOwnFiles(mount.superblock, "rename", "rename");
  const writable = wantWrite(world, mount);
  if (!writable.ok) return writable;
  const found = lookupName(world, source.value);
  if (!found.ok) return found;
  const from = existing(found.value);
  if (!from.ok) return from;
  const entry = lookupName(world, target.value);
  if (!entry.ok) return entry;
  const { inode, hasSlash } = entry.value;
  if (flag === "noreplace" && inode) return deny("EEXIST", RULES.noReplace, `${entry.value.name} exists`);
  if (flag === "exchange" && !inode) return noEntry(entry.value);
  if (flag === "exchange" && hasSlash && inode?.type !== "dir") return notDirectory(entry.value);
  if (from.value.inode.type !== "dir") {
    if (found.value.hasSlash) return notDirectory(found.value);
    if (flag !== "exchange" && hasSlash) return notMade(entry.value, "ENOTDIR");
  }
  if (isAtOrBelow(entry.value.directory, from.value.inode)) return deny("EINVAL", RULES.notIntoItself);
  if (inode && isAtOrBelow(from.value.directory, inode))
    return deny(flag === "exchange" ? "EINVAL" : "ENOTEMPTY", RULES.ancestorKept);
  const areFree = isFree(found.value).ok ? isFree(entry.value) : isFree(found.value);
  return allow({ from: from.value, to: entry.value, areFree });
}

/** The permissions of `vfs_rename`, in its order. */
export function mayMove(world: World, task: Task, { from, to }: Ends, flag: RenameFlag): Verdict {
  const kindOf = (inode: Victim["inode"]) => (inode.type === "dir" ? "dir" : "file");
  const taken = mayDelete(world, task, from, kindOf(from.inode));
  if (!taken.ok) return taken;
  const replaced = to.inode;
  const made = replaced
    ? mayDelete(world, task, { ...to, inode: replaced }, kindOf(flag === "exchange" ? replaced : from.inode))
    : mayCreate(world, task, to);
  if (!made.ok) return made;
  const movable = hasOperation(from.directory, "rename", flag !== "");
  if (!movable.ok || from.directory === to.directory) return movable;
  const moved = [from.inode, ...(flag === "exchange" && replaced ? [replaced] : [])];
  for (const inode of moved.filter(({ type }) => type === "dir")) {
    const writable = inodePermission(world, task.cred, { mount: from.mount, inode }, MAY.write);
    if (!writable.ok) return { ...writable, because: `${RULES.movedDirectoryWritten.sentence} ${writable.because}` };
  }
  return made;
}
