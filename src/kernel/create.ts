import { addEntry } from "./directory.ts";
import { filesystemType } from "./filesystem-type.ts";
import { Inode, type InodeParts, type InodeType } from "./inode.ts";
import {
  creatorHasPlace,
  inodePermission,
  isInGroupOrCapable,
  mappedFsid,
  seenThrough,
  wantWrite,
} from "./inode-permission.ts";
import { GROUP_EXEC, MODE_BITS, SETGID } from "./mode.ts";
import type { Mount } from "./mount.ts";
import { hasOperation } from "./name-operations.ts";
import { isNsCapable } from "./ns-capable.ts";
import { lookupName, lookupParent } from "./path.ts";
import { type Entry, type EntryName, isEntry, type NoEntryErrnos, notMade } from "./path-entry.ts";
import { guardsCreate } from "./path-guard.ts";
import { getName, type PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import { inheritAcl } from "./posix-acl.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict, withoutValue } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  nameIsFree: { sentence: "What is created has a name that nothing has.", source: "mkdir(2), mknod(2): EEXIST" },
  deviceNeedsMknod: {
    sentence:
      "A device needs CAP_MKNOD in the initial namespace; a character device of number 0, a whiteout, does not.",
    source: "mknod(2), user_namespaces(7); vectors/linux-6.18/3_idmapped_mounts.json (tag create)",
  },
});

/** The bits that mkdir takes: set-id bits are dropped. */
const DIRECTORY_BITS = 0o1777;
const LINK_MODE = 0o777;

/** May the task make a new entry in the directory: `may_create`, for a name that is free? */
export function mayCreate(world: World, task: Task, { mount, directory }: Omit<EntryName, "name">): Verdict {
  const place = creatorHasPlace(world, task.cred, mount);
  return place.ok ? inodePermission(world, task.cred, { mount, inode: directory }, MAY.write | MAY.exec) : place;
}

/**
 * The mode that is left of one asked for: `mode_strip_sgid`. In a set-group-ID directory a program keeps its
 * set-group-ID bit only if its maker is in the directory's group, or has CAP_FSETID over the directory.
 *
 * @source inode(7); vectors/linux-6.18/8_vfs_permission.json (tag sgiddir)
 */
function withoutForeignSetgid(world: World, task: Task, mount: Mount, directory: Inode, mode: number): number {
  const isGroupProgram = (mode & (SETGID | GROUP_EXEC)) === (SETGID | GROUP_EXEC);
  if (!isGroupProgram || (directory.mode & SETGID) === 0) return mode;
  const seen = seenThrough(world, { mount, inode: directory });
  return isInGroupOrCapable(world, task.cred, seen) ? mode : mode & ~SETGID;
}

/**
 * Make an inode as the task would in the directory, with no permission asked: `inode_init_owner` and what ACLs, umask
 * and set-group-ID directories make of its mode and group.
 */
export function newInode(
  world: World,
  task: Task,
  { mount, directory }: Omit<EntryName, "name">,
  type: InodeType,
  askedMode: number,
): Inode {
  const isDirectory = type === "dir";
  const stripped = isDirectory ? askedMode : withoutForeignSetgid(world, task, mount, directory, askedMode);
  const inherited =
    type === "symlink"
      ? { mode: LINK_MODE, acls: { access: null, default: null } }
      : inheritAcl(directory.acls.default, stripped, task.umask, isDirectory);
  const isSetgid = (directory.mode & SETGID) !== 0;
  const parts: InodeParts = {
    superblock: directory.superblock,
    type,
    mode: inherited.mode | (isSetgid && isDirectory ? SETGID : 0),
    uid: mappedFsid(world, task.cred, mount, "uid"),
    gid: isSetgid ? directory.gid : mappedFsid(world, task.cred, mount, "gid"),
  };
  const inode = new Inode(world.inodeColumns, parts);
  if (type === "file" && filesystemType(directory.superblock.type).holdsContent) inode.content = "";
  inode.acls.access = inherited.acls.access;
  inode.acls.default = inherited.acls.default;
  return inode;
}

/** What a new inode is beside its type and mode. */
export type NewInode = Partial<Pick<Inode, "device" | "target">>;

/** {@link newInode}, entered under the name. */
export function createEntry(
  world: World,
  task: Task,
  place: EntryName,
  type: InodeType,
  mode: number,
  { device = 0, target = "" }: NewInode = {},
): Verdict<Inode> {
  const { directory, name } = place;
  const inode = newInode(world, task, place, type, mode);
  inode.device = device;
  inode.target = target;
  const made = directory.superblock.operations?.create(directory, name, inode) ?? allow();
  if (!made.ok) return made;
  addEntry(directory, name, inode);
  if (type === "dir") directory.superblock.populate?.(inode);
  return allow(inode);
}

/** `filename_create` and `may_create`: the free name that a call is going to fill. */
export function entryToCreate(world: World, task: Task, path: PathName, as: "dir" | "file"): Verdict<Entry> {
  const entry = freeEntry(world, task, path, as);
  if (!entry.ok) return entry;
  const guarded = guardsCreate(world, task, entry.value.mount);
  if (!guarded.ok) return guarded;
  const permitted = mayCreate(world, task, entry.value);
  return permitted.ok ? entry : permitted;
}

const NO_ENTRY: NoEntryErrnos = { top: "EEXIST", ".": "EEXIST", "..": "EEXIST" };

/**
 * `filename_create`: the name exists already, or the mount is read-only, before anything is asked of the directory.
 *
 * @param as  what is going to be made: with a slash after the name, only a directory is
 */
export function freeEntry(world: World, task: Task, path: PathName, as: "dir" | "file"): Verdict<Entry> {
  const parent = lookupParent(world, task, path);
  if (!parent.ok) return parent;
  const named = isEntry(world, task, parent.value, NO_ENTRY);
  if (!named.ok) return named;
  const entry = lookupName(world, parent.value);
  if (!entry.ok) return entry;
  if (entry.value.inode) return deny("EEXIST", RULES.nameIsFree, `${entry.value.name} exists`);
  if (as === "file" && entry.value.hasSlash) return notMade(entry.value, "ENOENT");
  const writable = wantWrite(world, entry.value.mount);
  return writable.ok ? entry : writable;
}

/** `mkdir` @source mkdir(2) */
export function makeDirectory(world: World, task: Task, path: PathName, mode: number): Verdict {
  const entry = entryToCreate(world, task, path, "dir");
  if (!entry.ok) return entry;
  const made = hasOperation(entry.value.directory, "mkdir");
  if (!made.ok) return made;
  return withoutValue(createEntry(world, task, entry.value, "dir", mode & DIRECTORY_BITS));
}

/** What mknod makes. */
export type NodeType = "file" | "fifo" | "sock" | "chr" | "blk";

/** `mknod` @source mknod(2) */
export function makeNode(
  world: World,
  task: Task,
  path: PathName,
  type: NodeType,
  mode: number,
  device: number,
): Verdict {
  const entry = entryToCreate(world, task, path, "file");
  if (!entry.ok) return entry;
  const isDevice = type === "blk" || type === "chr";
  const isWhiteout = type === "chr" && device === 0;
  if (isDevice && !isWhiteout && !isNsCapable(task.cred, world.initUserNs, "mknod"))
    return deny("EPERM", RULES.deviceNeedsMknod, "no CAP_MKNOD in the initial namespace");
  const made = hasOperation(entry.value.directory, type === "file" ? "create" : "mknod");
  if (!made.ok) return made;
  return withoutValue(createEntry(world, task, entry.value, type, mode & MODE_BITS, isDevice ? { device } : {}));
}

/** `symlink` @source symlink(2) */
export function makeSymlink(world: World, task: Task, target: string, path: PathName): Verdict {
  const named = getName(target);
  if (!named.ok) return named;
  const entry = entryToCreate(world, task, path, "file");
  if (!entry.ok) return entry;
  const made = hasOperation(entry.value.directory, "symlink");
  if (!made.ok) return made;
  return withoutValue(createEntry(world, task, entry.value, "symlink", LINK_MODE, { target }));
}
