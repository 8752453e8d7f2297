import {
  allow,
  type FilesystemTypeName,
  Inode,
  LINUX,
  type Mount,
  makeCgroups,
  makeOverlay,
  mountShiftfs,
  NO_FLAGS,
  type Path,
  ROOT,
  rootOf,
  type Superblock,
  showMode,
  type Task,
  type Verdict,
  type World,
} from "../kernel/index.ts";
import {
  type Argument,
  fileMode,
  flag,
  kernelId,
  namedIn,
  objectOf,
  oneOf,
  optional,
  scenarioError,
  text,
  tmpfsOptions,
  tupleOf,
  userNamespace,
} from "../kernel/syscall/index.ts";
import { kid, ownerId } from "./kernel-id.ts";
import { tmpfsOf } from "./tmpfs-mounter.ts";

/** A name that a path can begin with. */
export const mountName: Argument<string> = {
  schema: { type: "string", pattern: "^[^/:]+$" },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "string" || !/^[^/:]+$/.test(value))
      throw scenarioError(where, "a name without : and /", value);
    return value;
  },
};

export const filesystem = namedIn("file system", (world) => world.superblocks);

const DEFAULT_MODE = 0o777;
const ROOT_ITEM = { uid: ownerId, gid: ownerId, mode: optional(fileMode, DEFAULT_MODE) };

/** The types that a setup can have whole; the others are mounted by calls. */
export const FILESYSTEM_TYPES = [
  "tmpfs",
  "ext4",
  "xfs",
  "btrfs",
  "overlay",
  "shiftfs",
  "cgroup2",
] as const satisfies readonly FilesystemTypeName[];

export const FILESYSTEM_ITEM = {
  name: mountName,
  type: oneOf(...FILESYSTEM_TYPES),
  user_ns: optional(userNamespace, undefined),
  root: optional(objectOf(ROOT_ITEM), undefined),
  /** Of a tmpfs: who mounts it, and with which options. They make its root where `root` is left out. */
  mounter: optional(tupleOf(kernelId, 2), undefined),
  options: optional(tmpfsOptions, undefined),
  /** The file systems of an overlay, whole; `lower` alone: what a shiftfs marks. */
  lower: optional(text, undefined),
  upper: optional(text, undefined),
  /** The path of the block device that keeps it while it is mounted nowhere. */
  device: optional(text, undefined),
  /** With fsid mappings: are its owners ids of processes, whatever fs maps there are? */
  fsidmap_exempt: optional(flag, undefined),
};

/** A file system, mounted plainly under its own name. An overlay and a mark of shiftfs wait for {@link setUpStacked}. */
export function setUpFilesystem(world: World, item: unknown, where: string): void {
  const {
    name,
    type,
    user_ns: userNs = world.initUserNs,
    root: asked,
    mounter,
    options,
    lower = "none",
    upper = "none",
    device,
    fsidmap_exempt,
  } = objectOf(FILESYSTEM_ITEM).read(item, where, world);
  if (type === "overlay" || type === "shiftfs") return;
  const exempt = exemption(world, fsidmap_exempt, `${where}.fsidmap_exempt`);
  if (lower !== "none" || upper !== "none")
    throw scenarioError(`${where}.type`, "overlay, where there are lower and upper", type);
  if ((mounter || options) && type !== "tmpfs")
    throw scenarioError(`${where}.type`, "tmpfs, which alone has mounter and options", type);
  if ((mounter || options) && fsidmap_exempt !== undefined)
    throw scenarioError(`${where}.fsidmap_exempt`, "nothing beside mounter and options", fsidmap_exempt);
  const root = asked ?? { uid: kid(0), gid: kid(0), mode: DEFAULT_MODE };
  if (type === "cgroup2") {
    if (world.cgroups || userNs !== world.initUserNs || device !== undefined)
      throw scenarioError(where, "one hierarchy of cgroups, which the initial namespace owns, on no device", item);
    world.cgroups = makeCgroups(world, name, { uid: root.uid, gid: root.gid }, root.mode, exempt);
    keep(world, { ...PLAIN, name, ...world.cgroups }, undefined, where);
    return;
  }
  if (mounter || options) {
    const [uid = rootOf(world, userNs, "uid"), gid = rootOf(world, userNs, "gid")] = mounter ?? [];
    const given = { ...options, mode: options?.mode ?? showMode(DEFAULT_MODE) };
    const mount = tmpfsOf(world, name, userNs, { uid, gid }, given, where);
    if (asked) {
      mount.root.setUid(asked.uid);
      mount.root.setGid(asked.gid);
      mount.root.mode = asked.mode;
    }
    keep(world, mount, device, where);
    return;
  }
  const superblock: Superblock = { name, type, userNs, isReadOnly: false, ...exempt };
  const top = new Inode(world.inodeColumns, { superblock, type: "dir", ...root });
  keep(world, { ...PLAIN, name, superblock, root: top }, device, where);
}

/** A file system that is mounted whole, and where it lies. */
function keep(world: World, mount: Mount, device: string | undefined, where: string): void {
  const { superblock, root } = mount;
  world.superblocks.set(superblock.name, superblock);
  if (device !== undefined) world.disks.set(device, { superblock, root });
  addMount(world, mount, where);
}

/** Whether a file system is exempt from fs maps, where a setup says so. */
function exemption(world: World, isExempt: boolean | undefined, where: string): Pick<Superblock, "fsidmapExempt"> {
  if (isExempt === undefined) return {};
  if (!world.profile.fsid)
    throw scenarioError(where, `no fs maps in ${world.profile.name}`, isExempt, `profile: ${LINUX.name}+fsid`);
  return { fsidmapExempt: isExempt };
}

/**
 * An overlay of two file systems, or a mark of one, mounted by root of the machine when their files are there. The work
 * directory of an overlay is one of the upper file system that is seen nowhere.
 */
export function setUpStacked(world: World, item: unknown, where: string): void {
  const { name, type, user_ns, root, ...layers } = objectOf(FILESYSTEM_ITEM).read(item, where, world);
  if (type !== "overlay" && type !== "shiftfs") return;
  if (user_ns || root) throw scenarioError(where, `${type} without user_ns and root`, item);
  const layer = (of: "lower" | "upper"): Path => {
    const mount = plainMount(world, filesystem.read(layers[of], `${where}.${of}`, world));
    return { mount, inode: mount.root };
  };
  const made =
    type === "overlay"
      ? setUpOverlay(world, layer("lower"), layer("upper"), name)
      : setUpMark(world, layer("lower"), name);
  if (!made.ok) throw scenarioError(where, `layers that Linux takes: ${made.rule.sentence}`, made.because);
  const mount = made.value;
  world.superblocks.set(name, mount.superblock);
  addMount(world, mount, where);
}

function setUpOverlay(world: World, lower: Path, upper: Path, name: string): Verdict<Mount> {
  const { mount, inode } = upper;
  const { superblock, mode, uid, gid } = inode;
  const work = { mount, inode: new Inode(world.inodeColumns, { superblock, type: "dir", mode, uid, gid }) };
  return makeOverlay(world, machineRoot(world), { lower, upper, work }, name);
}

function setUpMark(world: World, { mount }: Path, name: string): Verdict<Mount> {
  const made = mountShiftfs(world, machineRoot(world), { ...MARK, path: { from: mount, text: "" } }, name);
  return made.ok ? allow(made.value.mount) : made;
}

function machineRoot(world: World): Task {
  const root = world.tasks.get(ROOT);
  if (!root) throw new Error("a world without its root");
  return root;
}

const MARK = { isMark: true, passthrough: 0, flags: [] } as const;

export const PLAIN = { ...NO_FLAGS, idmap: null };

export function addMount(world: World, mount: Mount, where: string): void {
  if (world.mounts.has(mount.name)) throw scenarioError(`${where}.name`, "a name that no other mount has", mount.name);
  world.mounts.set(mount.name, mount);
}

/** The plain mount of a file system. */
export function plainMount(world: World, superblock: Superblock): Mount {
  const mount = world.mounts.get(superblock.name);
  if (!mount) throw new Error(`${superblock.name} is not mounted`);
  return mount;
}
