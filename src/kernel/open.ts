import { UsernsError } from "../core/errors.ts";
import { setSize } from "./attributes.ts";
import { createEntry, mayCreate, newInode } from "./create.ts";
import { TERMINAL_MULTIPLEXER } from "./device-mounts.ts";
import { filesystemType } from "./filesystem-type.ts";
import { type Inode, requireOwnFiles } from "./inode.ts";
import { inodePermission, ownsOrCapable, wantWrite } from "./inode-permission.ts";
import { MODE_BITS } from "./mode.ts";
import type { Mount, Path } from "./mount.ts";
import { hasOperation } from "./name-operations.ts";
import { lookup, lookupOpen } from "./path.ts";
import { type Entry, isNoName, noEntry, notDirectory, notMade } from "./path-entry.ts";
import { guardsCreate } from "./path-guard.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { getWriteAccess } from "./write-access.ts";

const SOURCE = "open(2)";

const RULES = ruleTable({
  existsAlready: { sentence: "O_CREAT with O_EXCL takes a name that nothing has.", source: `${SOURCE}: EEXIST` },
  directoryNotWritten: {
    sentence: "A directory is opened for reading only, and made by mkdir only.",
    source: `${SOURCE}: EISDIR`,
  },
  linkNotOpened: { sentence: "A symbolic link itself cannot be opened.", source: `${SOURCE}: ELOOP` },
  noatimeNeedsOwner: { sentence: "O_NOATIME is for the file's owner and CAP_FOWNER.", source: `${SOURCE}: EPERM` },
  noDevices: {
    sentence:
      "A device is not opened through a nodev mount, nor on a file system that a child namespace mounted, unless it is one of terminals.",
    source: "mount(2), MS_NODEV; user_namespaces(7); vectors of this project, trees.json",
  },
  noDriver: {
    sentence: "A device file of number 0:0 is no device's.",
    source: "open(2): ENXIO; vectors of this project, asked.json",
  },
  nobodyReads: {
    sentence: "A fifo that nobody reads is not opened for writing without waiting; a socket is not opened at all.",
    source: `${SOURCE}: ENXIO`,
  },
  onlyDirectoriesRead: {
    sentence: "Only a directory's entries can be read.",
    source: `${SOURCE}, O_DIRECTORY: ENOTDIR`,
  },
  directoryNotMade: { sentence: "O_DIRECTORY makes nothing.", source: `${SOURCE}: EINVAL, with O_CREAT` },
  directoryWanted: { sentence: "With O_DIRECTORY only a directory is opened.", source: `${SOURCE}: ENOTDIR` },
  tmpfileIsWritten: {
    sentence: "O_TMPFILE is for writing, in a directory, without O_CREAT.",
    source: `${SOURCE}: EINVAL, ENOTDIR`,
  },
});

/** The ways to open a file, and the permission each asks for. */
export const ACCESS = { r: MAY.read, w: MAY.write, rw: MAY.read | MAY.write } as const;
export type Access = keyof typeof ACCESS;

export const OPEN_FLAGS = [
  "creat",
  "excl",
  "trunc",
  "append",
  "noatime",
  "tmpfile",
  "nonblock",
  "directory",
  "nofollow",
] as const;

export type OpenFlag = (typeof OPEN_FLAGS)[number];

/** How a file is to be opened. */
export interface OpenHow {
  readonly access: Access;
  readonly flags: readonly OpenFlag[];
  /** Of a file that is made by it. */
  readonly mode: number;
}

/** `open` @source open(2) */
export function openPath(world: World, task: Task, path: PathName, how: OpenHow): Verdict<Path> {
  const has = (flag: OpenFlag) => how.flags.includes(flag);
  if (has("tmpfile")) return openTemporary(world, task, path, how);
  if (has("creat") && has("directory")) return deny("EINVAL", RULES.directoryNotMade);
  const isExclusive = has("creat") && has("excl");
  const last = isExclusive || has("nofollow") ? "nofollow" : "follow";
  const entry = lookupOpen(world, task, path, last, (parent) =>
    has("creat") && parent.hasSlash && !isNoName(parent) ? notMade(parent, "EISDIR") : allow(),
  );
  if (!entry.ok) return entry;
  const { at } = entry.value;
  if (!at) return has("creat") ? createFile(world, task, entry.value, how.mode) : noEntry(entry.value);
  if (isExclusive) return deny("EEXIST", RULES.existsAlready, `${entry.value.name} exists`);
  if (has("creat") && at.inode.type === "dir") return deny("EISDIR", RULES.directoryNotWritten);
  if (at.inode.type !== "dir") {
    if (entry.value.hasSlash) return notDirectory(entry.value);
    if (has("directory")) return deny("ENOTDIR", RULES.directoryWanted, `it is a ${at.inode.type}`);
  }
  return openExisting(world, task, at, how);
}

function createFile(world: World, task: Task, entry: Entry, mode: number): Verdict<Path> {
  const writable = wantWrite(world, entry.mount);
  if (!writable.ok) return writable;
  const guarded = guardsCreate(world, task, entry.mount);
  if (!guarded.ok) return guarded;
  const permitted = mayCreate(world, task, entry);
  if (!permitted.ok) return permitted;
  const creatable = hasOperation(entry.directory, "create");
  if (!creatable.ok) return creatable;
  const made = createEntry(world, task, entry, "file", mode & MODE_BITS);
  return made.ok ? allow({ mount: entry.mount, inode: made.value }) : made;
}

/** `do_open` and `may_open` */
function openExisting(world: World, task: Task, path: Path, { access, flags }: OpenHow): Verdict<Path> {
  const { inode, mount } = path;
  const isWrite = access !== "r";
  const isTruncated = flags.includes("trunc") && inode.type === "file";
  const mask = ACCESS[access] | (flags.includes("trunc") ? MAY.write : 0);
  const cuttable = isTruncated ? wantWrite(world, mount) : allow();
  if (!cuttable.ok) return cuttable;
  if (inode.type === "symlink") return deny("ELOOP", RULES.linkNotOpened);
  if (inode.type === "dir" && (mask & MAY.write) !== 0) return deny("EISDIR", RULES.directoryNotWritten);
  if (isDevice(inode) && !opensDevices(world, mount))
    return deny("EACCES", RULES.noDevices, `${inode.superblock.name}, mounted in ${inode.superblock.userNs.name}`);
  const permitted = inodePermission(world, task.cred, path, mask);
  if (!permitted.ok) return permitted;
  const guarded = inode.superblock.mayOpen?.(task, inode) ?? allow();
  if (!guarded.ok) return guarded;
  if (flags.includes("noatime")) {
    const owns = ownsOrCapable(world, task.cred, path);
    if (!owns.ok) return deny("EPERM", RULES.noatimeNeedsOwner, owns.because);
  }
  const free = isWrite || isTruncated ? getWriteAccess(world, inode) : allow();
  if (!free.ok) return free;
  const writable = isWrite && (inode.type === "file" || inode.type === "dir") ? wantWrite(world, mount) : allow();
  if (!writable.ok) return writable;
  const reached = openSpecial(path, access, flags);
  if (!reached.ok) return reached;
  const kept = inode.superblock.operations?.open(inode, mask) ?? allow();
  if (!kept.ok) return kept;
  const cut = isTruncated ? setSize(world, task, path, 0, "at open") : allow();
  return cut.ok ? allow(path, permitted.rule) : cut;
}

/** Devices 1:3 and 1:7, as the model counts them. */
export const NULL_DEVICE = 0x103;
export const FULL_DEVICE = 0x107;
/** With zero, 1:5: they open for whoever may. @source null(4), full(4) */
const MEMORY_DEVICES: readonly number[] = [NULL_DEVICE, 0x105, FULL_DEVICE];

/** The number of no device, which a whiteout has: whoever may open it is told that nothing is there. */
const NO_DEVICE = 0;

/** `may_open_dev` */
function opensDevices(world: World, { isNodev, superblock }: Mount): boolean {
  return !isNodev && (superblock.userNs === world.initUserNs || filesystemType(superblock.type).opensDevices);
}

function isDevice({ type }: Inode): boolean {
  return type === "chr" || type === "blk";
}

/** What is behind a special file, once it may be opened. */
function openSpecial(path: Path, access: Access, flags: readonly OpenFlag[]): Verdict {
  requireAlone(path, access, flags);
  const { inode } = path;
  if (isDevice(inode) && inode.device === NO_DEVICE) return deny("ENXIO", RULES.noDriver);
  if (inode.type === "sock") return deny("ENXIO", RULES.nobodyReads, "it is a socket");
  if (inode.type === "fifo" && access === "w") return deny("ENXIO", RULES.nobodyReads, "nobody reads the fifo");
  return allow();
}

function requireAlone({ inode, mount }: Path, access: Access, flags: readonly OpenFlag[]): void {
  const isWaiting = inode.type === "fifo" && access !== "rw" && !flags.includes("nonblock");
  const isTerminal = inode.superblock.type === "devpts" && inode.device === TERMINAL_MULTIPLEXER;
  const isMemory = inode.type === "chr" && MEMORY_DEVICES.includes(inode.device);
  if (isWaiting || (isDevice(inode) && !isTerminal && !isMemory && inode.device !== NO_DEVICE))
    throw new UsernsError("ERR_SCENARIO", {
      where: mount.name,
      expected: "a file that can be opened without a driver or another process, which is all that is modelled",
      got: isWaiting ? "a fifo, opened without nonblock" : `a ${inode.type} device, opened with permission`,
    });
}

/** `do_tmpfile`: a file without a name in a directory. */
function openTemporary(world: World, task: Task, path: PathName, { access, flags, mode }: OpenHow): Verdict<Path> {
  if (access === "r" || flags.includes("creat")) return deny("EINVAL", RULES.tmpfileIsWritten);
  const found = lookup(world, task, path, flags.includes("nofollow") ? "nofollow" : "follow");
  if (!found.ok) return found;
  const { mount, inode: directory } = found.value;
  if (directory.type !== "dir") return deny("ENOTDIR", RULES.tmpfileIsWritten, "it is no directory");
  const writable = wantWrite(world, mount);
  if (!writable.ok) return writable;
  const nameless = hasOperation(directory, "tmpfile");
  if (nameless.ok) requireOwnFiles(mount.superblock, "O_TMPFILE");
  const permitted = mayCreate(world, task, { mount, directory });
  if (!permitted.ok) return permitted;
  if (!nameless.ok) return nameless;
  return allow({ mount, inode: newInode(world, task, { mount, directory }, "file", mode & MODE_BITS) });
}

/** Open a directory and read its entries. */
export function readDirectory(world: World, task: Task, path: PathName): Verdict {
  const found = lookup(world, task, path, "follow");
  if (!found.ok) return found;
  if (found.value.inode.type !== "dir") return deny("ENOTDIR", RULES.onlyDirectoriesRead);
  const permitted = inodePermission(world, task.cred, found.value, MAY.read);
  const { inode } = found.value;
  return permitted.ok ? (inode.superblock.operations?.list(inode) ?? permitted) : permitted;
}
