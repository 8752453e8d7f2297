import { UsernsError } from "../core/errors.ts";
import { capSet, capsWithout } from "./capability.ts";
import { makeCred } from "./cred.ts";
import { mayMount, type Tree } from "./idmapped-mount.ts";
import { MAX_STACK_DEPTH, type NameOperation, type Superblock } from "./inode.ts";
import { type Mount, type MountFlags, NO_FLAGS, type Path } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { type Passthrough, Shiftfs } from "./shiftfs.ts";
import type { Shifted } from "./shiftfs-ids.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "shiftfs, as Ubuntu had it";

const RULES = ruleTable({
  shiftfsKernel: {
    sentence: "Only a kernel with shiftfs has the type: it was never merged.",
    source: "mount(2): ENODEV",
  },
  shiftAdmin: {
    sentence: "Whoever mounts what was marked needs CAP_SYS_ADMIN in its own user namespace.",
    source: `${SOURCE}: EPERM`,
  },
  onlyDirectoryShifted: { sentence: "What is shifted is a directory.", source: `${SOURCE}: ENOTDIR` },
  noIdmapBelow: { sentence: "What stands on an idmapped mount is not shifted.", source: `${SOURCE}: EINVAL` },
  markAdmin: {
    sentence:
      "Marking a directory needs CAP_SYS_ADMIN over the namespace that owns its file system: the host's consent.",
    source: `${SOURCE}: EPERM; vectors/proposals C59`,
  },
  markOnce: { sentence: "A mark is not marked.", source: `${SOURCE}: EINVAL; vectors/proposals C61` },
  onlyMarked: { sentence: "Only what is marked is shifted.", source: `${SOURCE}: EPERM; vectors/proposals C60` },
  passthroughWithin: {
    sentence: "Nothing more passes through to the file system below than the mark lets pass.",
    source: `${SOURCE}: EPERM; vectors/proposals C67`,
  },
  flagsStay: {
    sentence: "A remount takes away none of ro, nosuid, nodev, noexec, and changes no mark.",
    source: `${SOURCE}: EPERM; vectors/proposals C67`,
  },
  stackDepth: {
    sentence: "A file system stands on at most one that stands on another.",
    source: "Linux: FILESYSTEM_MAX_STACK_DEPTH is 2: EINVAL; vectors/proposals C69",
  },
  ioctlListed: {
    sentence: "An ioctl that is not on the list does not reach the file system below.",
    source: `${SOURCE}: ENOTTY; vectors/proposals C68`,
  },
});

/** What mount(2) is asked for. */
export interface ShiftfsRequest {
  readonly path: PathName;
  /** Mark the directory, and do not shift it yet? */
  readonly isMark: boolean;
  readonly passthrough: Passthrough;
  readonly flags: readonly (keyof MountFlags)[];
}

/**
 * `mount -t shiftfs`: mark a directory, or shift one that is marked.
 *
 * A mark of what is shifted leads back to the directory that was marked first, and to its marker.
 *
 * @returns ENODEV, EPERM, ENOTDIR, EINVAL, and what the way there answers
 */
export function mountShiftfs(world: World, task: Task, request: ShiftfsRequest, name: string): Verdict<Tree> {
  const may = mayMount(task);
  if (!may.ok) return may;
  const { cred } = task;
  if (!world.profile.shiftfs) return deny("ENODEV", RULES.shiftfsKernel, `this is ${world.profile.name}`);
  if (!request.isMark && !isNsCapable(cred, cred.userNs, "sys_admin"))
    return deny("EPERM", RULES.shiftAdmin, `no CAP_SYS_ADMIN in ${cred.userNs.name}`);
  const found = lookup(world, task, request.path, "follow");
  if (!found.ok) return found;
  const at = found.value;
  if (at.inode.type !== "dir") return deny("ENOTDIR", RULES.onlyDirectoryShifted);
  if (at.mount.idmap) return deny("EINVAL", RULES.noIdmapBelow, at.mount.name);
  const below = shiftfsOf(at.mount);
  const wanted = request.isMark ? mayMark(task, at, below, request) : mayShift(at, below, request);
  if (!wanted.ok) return wanted;
  const from = below && { mount: below.shifted.lower.mount, inode: below.lowerOf(at.inode) };
  const lower = from ?? at;
  const stackDepth = (lower.inode.superblock.stackDepth ?? 0) + 1;
  if (stackDepth > MAX_STACK_DEPTH)
    return deny("EINVAL", RULES.stackDepth, `${at.mount.name} stands on ${stackDepth - 1}`);
  const shifted = { lower, creator: below?.shifted.creator ?? markerOf(world, task), userNs: cred.userNs };
  return allow(treeOf(world, shifted, request, below, at.mount.superblock, name, stackDepth));
}

/** What is done with names there. Its directories have no operation for a file without one. */
const NAMES: readonly NameOperation[] = ["create", "mknod", "mkdir", "symlink", "link", "rename", "unlink", "rmdir"];

function treeOf(
  world: World,
  shifted: Shifted,
  { isMark, passthrough, flags }: ShiftfsRequest,
  below: Shiftfs | null,
  of: Superblock,
  name: string,
  stackDepth: number,
): Tree {
  const forced = new Set([...flags, ...(below?.terms.flags ?? (of.isReadOnly ? (["isReadOnly"] as const) : []))]);
  const terms = { isMark, passthrough, passthroughOfMark: below?.terms.passthrough ?? passthrough, flags: forced };
  const { root } = new Shiftfs(world, shifted, terms, (operations) => ({
    name,
    type: "shiftfs",
    userNs: shifted.userNs,
    isReadOnly: forced.has("isReadOnly"),
    stackDepth,
    // The view without a shift would offer set-user-ID programs.
    isNoexec: isMark,
    refresh: (inode) => operations.refresh(inode),
    names: NAMES,
    operations,
  }));
  const set = Object.fromEntries([...forced].map((flag) => [flag, true]));
  const mount: Mount = { ...NO_FLAGS, ...set, name, superblock: root.superblock, root, idmap: null };
  return { mount, attachedAt: null, locked: [] };
}

function mayMark({ cred }: Task, { mount }: Path, below: Shiftfs | null, asked: ShiftfsRequest): Verdict {
  const { userNs, name } = mount.superblock;
  if (!isNsCapable(cred, userNs, "sys_admin"))
    return deny("EPERM", RULES.markAdmin, `no CAP_SYS_ADMIN over ${userNs.name}, which owns ${name}`);
  if (below?.terms.isMark) return deny("EINVAL", RULES.markOnce, `${mount.name} is one`);
  return below ? passesWithin(below.terms.passthrough, asked.passthrough) : allow();
}

function mayShift({ mount }: Path, below: Shiftfs | null, asked: ShiftfsRequest): Verdict {
  if (!below?.terms.isMark) return deny("EPERM", RULES.onlyMarked, `${mount.name} is not`);
  return passesWithin(below.terms.passthrough, asked.passthrough);
}

function passesWithin(lets: number, asks: number): Verdict {
  return (asks & ~lets) === 0 ? allow() : deny("EPERM", RULES.passthroughWithin, `${asks}, where it is ${lets}`);
}

/** Whoever marks: does not go over quotas or reserved space in the name of others. */
function markerOf(world: World, task: Task): Task {
  const { cred } = task;
  const effective = capsWithout(cred.effective, capSet(["sys_resource"]));
  return { ...task, cred: makeCred(world.credColumns, { ...cred, effective }) };
}

function shiftfsOf({ superblock }: Mount): Shiftfs | null {
  return superblock.operations instanceof Shiftfs ? superblock.operations : null;
}

/** @throws UsernsError ERR_SCENARIO for a mount of another type */
function requireShiftfs(mount: Mount, what: string): Shiftfs {
  const shiftfs = shiftfsOf(mount);
  if (!shiftfs)
    throw new UsernsError("ERR_SCENARIO", {
      where: mount.name,
      expected: `${what} on shiftfs`,
      got: `${what} on ${mount.superblock.type}, which is not modelled`,
    });
  return shiftfs;
}

/** `mount -o remount` of a shiftfs. @returns EPERM */
export function remountShiftfs(
  task: Task,
  mount: Mount,
  { passthrough, flags }: Pick<ShiftfsRequest, "passthrough" | "flags">,
): Verdict {
  const may = mayMount(task);
  if (!may.ok) return may;
  const { terms } = requireShiftfs(mount, "a remount");
  const dropped = [...terms.flags].find((flag) => !flags.includes(flag));
  if (dropped) return deny("EPERM", RULES.flagsStay, dropped);
  if (terms.isMark) return deny("EPERM", RULES.flagsStay, `${mount.name} is a mark`);
  const within = passesWithin(terms.passthroughOfMark, passthrough);
  if (!within.ok) return within;
  terms.passthrough = passthrough;
  for (const flag of flags) terms.flags.add(flag);
  mount.superblock.isReadOnly ||= flags.includes("isReadOnly");
  return allow();
}

/** The ioctls that always reach the file system below. */
const IOCTLS = ["FS_IOC_GETVERSION", "FS_IOC_GETFLAGS", "FS_IOC_SETFLAGS"];
/** Those that do where the mark lets them pass. */
const BTRFS_IOCTLS = ["BTRFS_IOC_SNAP_CREATE_V2", "BTRFS_IOC_SUBVOL_CREATE_V2", "BTRFS_IOC_SNAP_DESTROY"];

/**
 * `ioctl` on a file of a shiftfs.
 *
 * @throws UsernsError ERR_SCENARIO for one that reaches the file system below, which is not modelled
 */
export function ioctlShiftfs(world: World, task: Task, path: PathName, request: string): Verdict {
  const found = lookup(world, task, path, "follow");
  if (!found.ok) return found;
  const { passthrough } = requireShiftfs(found.value.mount, "ioctl").terms;
  const passes = IOCTLS.includes(request) || (BTRFS_IOCTLS.includes(request) && (passthrough & 2) !== 0);
  if (!passes) return deny("ENOTTY", RULES.ioctlListed, request);
  throw new UsernsError("ERR_SCENARIO", {
    where: found.value.mount.name,
    expected: "an ioctl that shiftfs answers itself",
    got: `${request}, which the file system below answers: that is not modelled`,
  });
}
