import { mountCgroups } from "./cgroup.ts";
import { mountQueues, mountTerminals } from "./device-mounts.ts";
import { forgetInodes, isMounted, mountAnew } from "./disk.ts";
import type { Errno } from "./errno.ts";
import { filesystemType } from "./filesystem-type.ts";
import { mayMount, type Tree } from "./idmapped-mount.ts";
import type { Superblock } from "./inode.ts";
import { MODE_BITS } from "./mode.ts";
import { type Mount, type MountFlags, NO_FLAGS, type Path } from "./mount.ts";
import { knownOptions } from "./mount-options.ts";
import { reapNamespaces } from "./namespace-lifetime.ts";
import { isNsCapable } from "./ns-capable.ts";
import { mountOverlay } from "./overlay-mount.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { mountProc } from "./proc-mount.ts";
import { mountSecurityfs } from "./securityfs-mount.ts";
import { mountSysfs } from "./sysfs-mount.ts";
import type { Task } from "./task.ts";
import { LIMIT_OPTIONS, limitsShown } from "./tmpfs-limits.ts";
import { mountTmpfs } from "./tmpfs-mount.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { keeperOf, writerOf } from "./writer.ts";

const RULES = ruleTable({
  deviceAdmin: {
    sentence: "What is on a device is mounted with CAP_SYS_ADMIN in the initial user namespace only.",
    source: "mount(2), user_namespaces(7): EPERM",
  },
  ownerAdmin: {
    sentence:
      "What shows a cgroup, pid, network or IPC namespace is mounted with CAP_SYS_ADMIN over the user namespace that owns it, what is the machine's over the initial one, and terminals with CAP_SYS_ADMIN in the caller's own.",
    source: "cgroup_namespaces(7), pid_namespaces(7), network_namespaces(7); mount(2): EPERM",
  },
  deviceThere: { sentence: "The device must exist.", source: "mount(2): ENOENT" },
  onDirectory: {
    sentence: "A directory is mounted on a directory, and what is none on what is none.",
    source: "mount(2): ENOTDIR; move_mount(2): EINVAL; vectors of this project, trees.json",
  },
  ownTree: {
    sentence: "Mounts are made and taken away in the caller's own mount namespace.",
    source: "mount(2), umount(2): EINVAL",
  },
  oneStateOfDevice: {
    sentence: "What is on a device is mounted read-only everywhere, or nowhere.",
    source: "mount(2): EBUSY, asked of ext4 on a running Linux 6.18",
  },
  twiceThere: { sentence: "A file system is not mounted where it is the last one mounted.", source: "mount(2): EBUSY" },
  atTop: { sentence: "Only the top of a mount is unmounted.", source: "umount(2): EINVAL" },
  lockedMount: {
    sentence: "A mount that came from a more privileged mount namespace is not unmounted.",
    source: "mount_namespaces(7), Restrictions on mount namespaces; umount(2): EINVAL",
  },
  mountInUse: {
    sentence: "A mount stays that carries another one, or through which a file is kept open.",
    source: "umount(2): EBUSY",
  },
  noWriters: {
    sentence: "A file system does not become read-only while one of its files is kept open for writing.",
    source: "umount(2): EBUSY; vectors of this project, trees.json",
  },
  rootStays: {
    sentence: "The mount that is the caller's root directory stays; its file system becomes read-only.",
    source: "vectors of this project, trees.json",
  },
});

/** What mount(2) is given. */
export interface MountRequest {
  readonly source: string;
  readonly target: PathName;
  readonly type: MountableType;
  /** Bits of {@link MOUNT_FLAGS}. */
  readonly flags: number;
  /** Options, separated by commas. */
  readonly data: string;
}

/** The flags of mount(2) that are modelled. @source linux/mount.h */
export const MOUNT_FLAGS = { isReadOnly: 1, isNosuid: 2, isNodev: 4, isNoexec: 8 } as const;

type MakeMount = (world: World, task: Task, request: MountRequest, name: string) => Verdict<Mount>;

/** How each type of file system is made or found. */
const TYPES = { tmpfs, ext4: device, overlay, cgroup2, proc, sysfs, devpts, mqueue, securityfs } as const satisfies {
  readonly [type: string]: MakeMount;
};

export type MountableType = keyof typeof TYPES;

function isMountable(type: string): type is MountableType {
  return Object.hasOwn(TYPES, type);
}

export const MOUNTABLE_TYPES: readonly MountableType[] = Object.keys(TYPES).filter(isMountable);

/**
 * `mount`: a file system of a type at a place of the caller's mount namespace.
 *
 * @param name  what the mount is called in explanations
 * @source mount(2)
 */
export function mountAt(world: World, task: Task, request: MountRequest, name: string): Verdict {
  const target = lookup(world, task, request.target, "follow");
  if (!target.ok) return target;
  const may = mayMount(task);
  if (!may.ok) return may;
  const made = TYPES[request.type](world, task, request, name);
  if (!made.ok) return made;
  const flags = flagsOf(request);
  settleReadOnly(world, made.value.superblock, flags.isReadOnly);
  const on = task.mountNs.tree.through(target.value);
  if (on.mount.superblock === made.value.superblock && on.inode === on.mount.root)
    return deny("EBUSY", RULES.twiceThere, on.mount.superblock.name);
  return attachAt(task, { ...made.value, ...flags, source: request.source }, target.value, "ENOTDIR");
}

function flagsOf({ flags }: MountRequest): MountFlags {
  const has = (flag: keyof MountFlags) => (flags & MOUNT_FLAGS[flag]) !== 0;
  return {
    isReadOnly: has("isReadOnly"),
    isNosuid: has("isNosuid"),
    isNodev: has("isNodev"),
    isNoexec: has("isNoexec"),
  };
}

/**
 * Mounted read-only where it is mounted nowhere else, the file system is read-only itself: its mount made writable again
 * changes nothing.
 *
 * @source vectors of this project, trees.json
 */
function settleReadOnly(world: World, superblock: Superblock, isReadOnly: boolean): void {
  if (isReadOnly && !filesystemType(superblock.type).isHeldByKernel && !isMounted(world, superblock))
    superblock.isReadOnly = true;
}

/** `move_mount`: put a tree that is attached nowhere at a place of the caller's mount namespace. */
export function moveMount(world: World, task: Task, { mount }: Tree, target: PathName, name: string): Verdict {
  const may = mayMount(task);
  if (!may.ok) return may;
  const found = lookup(world, task, target, "follow");
  return found.ok ? attachAt(task, { ...mount, name }, found.value, "EINVAL") : found;
}

/**
 * `graft_tree`
 *
 * @param unlike  what is answered where one of the two is a directory and the other is none
 */
function attachAt({ mountNs: { tree, name } }: Task, mount: Mount, at: Path, unlike: Errno): Verdict {
  if (!tree.mounts().includes(at.mount)) return deny("EINVAL", RULES.ownTree, `${at.mount.name} is not of ${name}`);
  if ((mount.root.type === "dir") !== (at.inode.type === "dir")) return deny(unlike, RULES.onDirectory);
  tree.attach(mount, at);
  return allow();
}

/**
 * `umount2` without flags. A file system of a disk that is mounted nowhere any more keeps of its owners what the disk
 * can hold.
 *
 * @source umount(2)
 */
export function umountAt(world: World, task: Task, target: PathName): Verdict {
  const found = lookup(world, task, target, "follow");
  if (!found.ok) return found;
  const may = mayMount(task);
  if (!may.ok) return may;
  const { mount, inode } = found.value;
  const { tree, name } = task.mountNs;
  if (inode !== mount.root) return deny("EINVAL", RULES.atTop);
  if (!tree.mounts().includes(mount)) return deny("EINVAL", RULES.ownTree, `${mount.name} is not of ${name}`);
  if (tree.isLocked(mount)) return deny("EINVAL", RULES.lockedMount, mount.name);
  if (mount === tree.top) {
    if (writerOf(world, ({ path }) => path.mount.superblock === mount.superblock))
      return deny("EBUSY", RULES.noWriters, mount.superblock.name);
    mount.superblock.isReadOnly = true;
    return allow(undefined, RULES.rootStays);
  }
  if (tree.isUsed(mount) || keeperOf(world, ({ path }) => path.mount === mount))
    return deny("EBUSY", RULES.mountInUse, mount.name);
  tree.detach(mount);
  reapNamespaces(world);
  const disk = [...world.disks.values()].find(({ superblock }) => superblock === mount.superblock);
  if (disk && !isMounted(world, disk.superblock)) forgetInodes(world, disk);
  return allow();
}

/** Whose things a tmpfs counts. @source tmpfs(5); Documentation/filesystems/tmpfs.rst, Quota options */
const QUOTA_OPTIONS: ReadonlyMap<string, readonly OwnerKind[]> = new Map([
  ["quota", ["uid", "gid"]],
  ["usrquota", ["uid"]],
  ["grpquota", ["gid"]],
]);

function countedBy(options: ReadonlyMap<string, string>): readonly OwnerKind[] {
  return [...new Set([...options.keys()].flatMap((key) => QUOTA_OPTIONS.get(key) ?? []))];
}

function tmpfs(world: World, task: Task, { data }: MountRequest, name: string): Verdict<Mount> {
  const options = knownOptions(data, ["mode", "uid", "gid", ...LIMIT_OPTIONS, ...QUOTA_OPTIONS.keys()]);
  if (!options.ok) return options;
  const limits = limitsShown(options.value);
  if (!limits.ok) return limits;
  const [mode, uid, gid] = ["mode", "uid", "gid"].map((key) => options.value.get(key));
  const made = mountTmpfs(
    world,
    task,
    { mode, uid, gid, counts: countedBy(options.value), limits: limits.value },
    name,
  );
  return made.ok ? allow(made.value.mount) : deny(made.errno, made.rule, made.because);
}

function device(world: World, task: Task, request: MountRequest, name: string): Verdict<Mount> {
  const { source } = request;
  const options = knownOptions(request.data, ["acl", "user_xattr"]);
  if (!options.ok) return options;
  if (!isNsCapable(task.cred, world.initUserNs, "sys_admin")) return deny("EPERM", RULES.deviceAdmin, source);
  const disk = world.disks.get(source);
  if (!disk) return deny("ENOENT", RULES.deviceThere, source);
  const { superblock, root } = disk;
  mountAnew(world, disk);
  if (isMounted(world, superblock) && superblock.isReadOnly !== flagsOf(request).isReadOnly)
    return deny("EBUSY", RULES.oneStateOfDevice, superblock.name);
  return allow({ ...NO_FLAGS, name, superblock, root, idmap: null });
}

/** May the task mount what shows a namespace of this owner? Options are asked about first. */
function mayShow(task: Task, userNs: UserNamespace, { data }: MountRequest): Verdict<unknown> {
  const options = knownOptions(data, []);
  return options.ok ? administers(task, userNs) : options;
}

function administers({ cred }: Task, userNs: UserNamespace): Verdict {
  return isNsCapable(cred, userNs, "sys_admin")
    ? allow()
    : deny("EPERM", RULES.ownerAdmin, `no CAP_SYS_ADMIN over ${userNs.name}`);
}

function cgroup2(world: World, task: Task, request: MountRequest, name: string): Verdict<Mount> {
  const may = mayShow(task, task.cgroupNs.userNs, request);
  return may.ok ? mountCgroups(world, task, name) : may;
}

function proc(world: World, task: Task, request: MountRequest, name: string): Verdict<Mount> {
  const may = mayShow(task, task.pidNs.userNs, request);
  return may.ok ? allow(mountProc(world, task, name)) : may;
}

function sysfs(world: World, task: Task, request: MountRequest, name: string): Verdict<Mount> {
  // sysfs alone asks who mounts it before it is told how.
  const may = administers(task, task.netNs.userNs);
  const options = may.ok ? knownOptions(request.data, []) : may;
  return options.ok ? allow(mountSysfs(world, task, name)) : options;
}

function devpts(world: World, task: Task, { data }: MountRequest, name: string): Verdict<Mount> {
  const options = knownOptions(data, ["newinstance", "ptmxmode", "mode", "gid", "uid", "max"]);
  if (!options.ok) return options;
  const may = administers(task, task.cred.userNs);
  if (!may.ok) return may;
  const ptmxMode = Number.parseInt(options.value.get("ptmxmode") ?? "0", 8) & MODE_BITS;
  return allow(mountTerminals(world, task, ptmxMode, name));
}

function mqueue(world: World, task: Task, request: MountRequest, name: string): Verdict<Mount> {
  const may = mayShow(task, task.ipcNs.userNs, request);
  return may.ok ? allow(mountQueues(world, task, name)) : may;
}

function securityfs(world: World, task: Task, request: MountRequest, name: string): Verdict<Mount> {
  const may = mayShow(task, world.initUserNs, request);
  return may.ok ? allow(mountSecurityfs(world, name)) : may;
}

function overlay(world: World, task: Task, { data }: MountRequest, name: string): Verdict<Mount> {
  const options = knownOptions(data, ["lowerdir", "upperdir", "workdir", "userxattr"]);
  if (!options.ok) return options;
  const [lower, upper, work] = ["lowerdir", "upperdir", "workdir"].map(
    (key): PathName => ({ from: null, text: options.value.get(key) ?? "" }),
  );
  if (!lower || !upper || !work) throw new Error("three layers were asked for");
  const made = mountOverlay(world, task, { lower, upper, work }, name);
  return made.ok ? allow(made.value.mount) : made;
}

/** `mount(MS_PRIVATE | MS_REC)` of everything. Nothing is shared here, so all that it does is ask. */
export function makePrivate(task: Task): Verdict {
  return mayMount(task);
}
