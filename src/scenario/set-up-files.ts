import {
  type AclEntry,
  addEntry,
  entryAt,
  getName,
  Inode,
  idmapOf,
  LINUX,
  type Mount,
  makeCgroups,
  mountOverlay,
  mountShiftfs,
  NO_FLAGS,
  nameFits,
  namesIn,
  type Path,
  type PathName,
  type PosixAcl,
  putAcl,
  ROOT,
  rootOf,
  type Superblock,
  showMode,
  type Task,
  validateAcl,
  type World,
} from "../kernel/index.ts";
import {
  type Argument,
  aclOf,
  fileCapability,
  fileMode,
  flag,
  type GivenEntry,
  type GivenKid,
  kernelId,
  listOf,
  namedIn,
  natural,
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
const mountName: Argument<string> = {
  schema: { type: "string", pattern: "^[^/:]+$" },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "string" || !/^[^/:]+$/.test(value))
      throw scenarioError(where, "a name without : and /", value);
    return value;
  },
};

const filesystem = namedIn("file system", (world) => world.superblocks);

const DEFAULT_MODE = 0o777;
const ROOT_ITEM = { uid: ownerId, gid: ownerId, mode: optional(fileMode, DEFAULT_MODE) };

export const FILESYSTEM_TYPES = ["tmpfs", "ext4", "xfs", "btrfs", "overlay", "shiftfs", "cgroup2"] as const;

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
    const { uid, gid, mode: bits } = root;
    world.cgroups = makeCgroups(world, name, { uid, gid }, bits, exempt);
    const { superblock, root: top } = world.cgroups;
    world.superblocks.set(name, superblock);
    addMount(world, { ...PLAIN, name, superblock, root: top }, where);
    return;
  }
  if (mounter || options) {
    const [uid = rootOf(world, userNs, "uid"), gid = rootOf(world, userNs, "gid")] = mounter ?? [];
    const mount = tmpfsOf(
      world,
      name,
      userNs,
      { uid, gid },
      { ...options, mode: options?.mode ?? showMode(DEFAULT_MODE) },
      where,
    );
    if (asked) {
      mount.root.setUid(asked.uid);
      mount.root.setGid(asked.gid);
      mount.root.mode = asked.mode;
    }
    const { superblock, root: top } = mount;
    world.superblocks.set(name, superblock);
    if (device !== undefined) world.disks.set(device, { superblock, root: top });
    addMount(world, mount, where);
    return;
  }
  const superblock: Superblock = { name, type, userNs, isReadOnly: false, ...exempt };
  const top = new Inode(world.inodeColumns, {
    superblock,
    type: "dir",
    mode: root.mode,
    uid: root.uid,
    gid: root.gid,
  });
  world.superblocks.set(name, superblock);
  if (device !== undefined) world.disks.set(device, { superblock, root: top });
  addMount(world, { ...PLAIN, name, superblock, root: top }, where);
}

/** Whether a file system is exempt from fs maps, where a setup says so. */
function exemption(world: World, isExempt: boolean | undefined, where: string): Pick<Superblock, "fsidmapExempt"> {
  if (isExempt === undefined) return {};
  if (!world.profile.fsid)
    throw scenarioError(where, `no fs maps in ${world.profile.name}`, isExempt, `profile: ${LINUX.name}+fsid`);
  return { fsidmapExempt: isExempt };
}

/**
 * An overlay of two file systems, or a mark of one, mounted by root of the machine when their files are there. The upper
 * one of an overlay serves as work directory too.
 */
export function setUpStacked(world: World, item: unknown, where: string): void {
  const { name, type, user_ns, root, ...layers } = objectOf(FILESYSTEM_ITEM).read(item, where, world);
  if (type !== "overlay" && type !== "shiftfs") return;
  if (user_ns || root) throw scenarioError(where, `${type} without user_ns and root`, item);
  const pathOf = (layer: "lower" | "upper"): PathName => ({
    from: plainMount(world, filesystem.read(layers[layer], `${where}.${layer}`, world)),
    text: "",
  });
  const made =
    type === "overlay"
      ? mountOverlay(
          world,
          machineRoot(world),
          { lower: pathOf("lower"), upper: pathOf("upper"), work: pathOf("upper") },
          name,
        )
      : mountShiftfs(world, machineRoot(world), { ...MARK, path: pathOf("lower") }, name);
  if (!made.ok) throw scenarioError(where, `layers that Linux takes: ${made.rule.sentence}`, made.because);
  const { mount } = made.value;
  world.superblocks.set(name, mount.superblock);
  addMount(world, mount, where);
}

function machineRoot(world: World): Task {
  const root = world.tasks.get(ROOT);
  if (!root) throw new Error("a world without its root");
  return root;
}

const MARK = { isMark: true, passthrough: 0, flags: [] } as const;

const PLAIN = { ...NO_FLAGS, idmap: null };

function addMount(world: World, mount: Mount, where: string): void {
  if (world.mounts.has(mount.name)) throw scenarioError(`${where}.name`, "a name that no other mount has", mount.name);
  world.mounts.set(mount.name, mount);
}

/** The plain mount of a file system. */
function plainMount(world: World, superblock: Superblock): Mount {
  const mount = world.mounts.get(superblock.name);
  if (!mount) throw new Error(`${superblock.name} is not mounted`);
  return mount;
}

const FLAGS = { ro: "isReadOnly", nosuid: "isNosuid", noexec: "isNoexec", nodev: "isNodev" } as const;

export const MOUNT_ITEM = {
  name: mountName,
  fs: filesystem,
  idmap: optional(userNamespace, undefined),
  flags: optional(listOf(oneOf("ro", "nosuid", "noexec", "nodev")), []),
  sub: optional(text, ""),
  /** Where absolute paths find it: `/`, or a directory of what is mounted before. */
  at: optional(text, undefined),
};

/** A further mount of a file system. */
export function setUpMount(world: World, item: unknown, where: string): void {
  const { name, fs, idmap, flags, sub, at } = objectOf(MOUNT_ITEM).read(item, where, world);
  const root = entryAt(plainMount(world, fs), sub);
  if (root?.type !== "dir") throw scenarioError(`${where}.sub`, `a directory of ${fs.name}`, sub);
  const set = Object.fromEntries(flags.map((flag) => [FLAGS[flag], true]));
  const mount: Mount = { ...PLAIN, ...set, name, superblock: fs, root, idmap: idmap ? idmapOf(idmap) : null };
  addMount(world, mount, where);
  if (at !== undefined) world.initMountNs.tree.attach(mount, placeAt(world, at, `${where}.at`));
}

/** Where an absolute path leads, with nobody asked; null: it is the top of all. */
function placeAt(world: World, path: string, where: string): Path | null {
  const { tree } = world.initMountNs;
  const names = namesIn(path);
  if (path.startsWith("/") && tree.top === null && names.length === 0) return null;
  const start = tree.top && tree.through({ mount: tree.top, inode: tree.top.root });
  const found = names.reduce<Path | null>((at, name) => {
    const inode = at?.inode.entries.get(name);
    return at && inode ? tree.through({ mount: at.mount, inode }) : null;
  }, start);
  if (!path.startsWith("/") || found?.inode.type !== "dir")
    throw scenarioError(where, tree.top ? "an absolute path to a directory" : "/, at which nothing is mounted", path);
  return found;
}

/** An ACL whose ids are kernel ids, as all of a setup are. */
const setupAcl = aclOf(kernelId);

export const FILE_ITEM = {
  fs: filesystem,
  path: text,
  type: optional(oneOf("file", "dir", "symlink", "fifo", "exe"), "file"),
  target: optional(text, ""),
  uid: ownerId,
  gid: ownerId,
  mode: optional(fileMode, 0o644),
  size: optional(natural, 0),
  acl: optional(setupAcl, undefined),
  acl_default: optional(setupAcl, undefined),
  fcap: optional(fileCapability, null),
};

/** What only some types of file have. */
const ONLY_OF: readonly (readonly ["target" | "size" | "acl" | "acl_default", readonly string[]])[] = [
  ["target", ["symlink"]],
  ["size", ["file", "exe"]],
  ["acl", ["file", "exe", "dir", "fifo"]],
  ["acl_default", ["dir"]],
];

/** A symbolic link's mode says nothing and is never asked. */
const LINK_MODE = 0o777;

/** A file with the owners that it has in the kernel, whoever they are. */
export function setUpFile(world: World, item: unknown, where: string): void {
  const given = objectOf(FILE_ITEM).read(item, where, world);
  const cut = given.path.lastIndexOf("/");
  const name = given.path.slice(cut + 1);
  const directory = entryAt(plainMount(world, given.fs), given.path.slice(0, Math.max(cut, 0)));
  if (directory?.type !== "dir")
    throw scenarioError(`${where}.path`, `a directory of ${given.fs.name} above it`, given.path);
  if (["", ".", ".."].includes(name) || directory.entries.has(name))
    throw scenarioError(`${where}.path`, "a path whose last name nothing has yet", given.path);
  for (const [key, types] of ONLY_OF)
    if (given[key] && !types.includes(given.type))
      throw scenarioError(`${where}.type`, `${types.join(" or ")}, which alone can have ${key}`, given.type);
  const fits = nameFits(name);
  if (!fits.ok) throw scenarioError(`${where}.path`, `a name that Linux takes: ${fits.rule.sentence}`, fits.because);
  const named = given.type === "symlink" ? getName(given.target) : fits;
  if (!named.ok)
    throw scenarioError(`${where}.target`, `a target that Linux takes: ${named.rule.sentence}`, given.target);
  const inode = new Inode(world.inodeColumns, {
    superblock: given.fs,
    type: given.type === "exe" ? "file" : given.type,
    mode: given.type === "symlink" ? LINK_MODE : given.mode,
    uid: given.uid,
    gid: given.gid,
  });
  addEntry(directory, name, inode);
  inode.size = given.size;
  inode.target = given.target;
  inode.isProgram = given.type === "exe";
  inode.capability = given.fcap;
  if (given.acl) putAcl(inode, "access", kernelAcl(given.acl, `${where}.acl`));
  if (given.acl_default) putAcl(inode, "default", kernelAcl(given.acl_default, `${where}.acl_default`));
}

function kernelAcl(entries: readonly GivenEntry<GivenKid>[], where: string): PosixAcl {
  const made = entries.map((entry): AclEntry => {
    const { perm } = entry;
    if (entry.tag === "user") return { tag: "user", perm, kid: entry.id };
    if (entry.tag === "group") return { tag: "group", perm, kid: entry.id };
    return { tag: entry.tag, perm };
  });
  const valid = validateAcl(made);
  if (!valid.ok) throw scenarioError(where, `an ACL that Linux takes: ${valid.rule.sentence}`, valid.because);
  return made;
}
