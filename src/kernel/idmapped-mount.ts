import { filesystemType } from "./filesystem-type.ts";
import type { Mount, MountFlags, MountIdmap, Path } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import type { Task } from "./task.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { writerOf } from "./writer.ts";

const SOURCE = "mount_setattr(2); vectors/linux-6.18/3_idmapped_mounts.json (tag setattr)";

const RULES = ruleTable({
  mayMount: {
    sentence: "Mounting needs CAP_SYS_ADMIN over the user namespace that owns the caller's mount namespace.",
    source: "mount_namespaces(7); mount(2): EPERM",
  },
  idmapStays: {
    sentence: "An idmap is not taken from a mount again; only a fresh clone can be made without it, by open_tree_attr.",
    source: `${SOURCE}: EINVAL`,
  },
  attrSize: {
    sentence: "The struct is as long as its first version, 32 bytes, or longer; this is asked before anything else.",
    source: "mount_setattr(2): EINVAL, E2BIG; vectors of this project, mounts.json",
  },
  fdIsInt: { sentence: "userns_fd must fit a signed int.", source: "mount_setattr(2): EINVAL; mounts.json" },
  openNamespace: { sentence: "userns_fd must be open.", source: `${SOURCE}: EBADF` },
  userNamespaceFd: { sentence: "userns_fd must refer to a user namespace.", source: `${SOURCE}: EINVAL` },
  notInitial: { sentence: "The initial user namespace is no idmap.", source: `${SOURCE}: EPERM` },
  namespaceAdmin: {
    sentence: "The caller needs CAP_SYS_ADMIN over the namespace whose maps become the idmap.",
    source: `${SOURCE}: EPERM`,
  },
  bothMapsWritten: {
    sentence: "Both uid_map and gid_map of the namespace must be written, unless it is isolated.",
    source: `${SOURCE}: EINVAL; vectors/isolated M05, M14`,
  },
  wholeMount: { sentence: "Attributes are set on a mount, at its top.", source: `${SOURCE}: EINVAL` },
  lockedFlags: {
    sentence: "A flag that came with the mount from a more privileged mount namespace cannot be cleared.",
    source: "mount_namespaces(7), Restrictions on mount namespaces; mount_setattr(2): EPERM",
  },
  noWriters: {
    sentence: "A mount does not become read-only while a file is kept open for writing through it.",
    source: "mount_setattr(2): EBUSY; vectors of this project, asked.json",
  },
  notOwnNamespace: {
    sentence: "The namespace that owns the file system is no idmap for its mounts.",
    source: `${SOURCE}: EINVAL`,
  },
  idmappedOnce: {
    sentence: "A mount that has an idmap keeps it; only a fresh clone can be given another, by open_tree_attr.",
    source: `${SOURCE}: EPERM`,
  },
  typeAllowsIdmap: { sentence: "The type of file system must support idmapped mounts.", source: `${SOURCE}: EINVAL` },
  superblockAdmin: {
    sentence: "The caller needs CAP_SYS_ADMIN over the namespace that owns the file system.",
    source: `${SOURCE}: EPERM`,
  },
  lockedBelow: {
    sentence:
      "A tree of a copy that a less privileged mount namespace has is cloned with all that is mounted below it, which may hide something.",
    source: "mount_namespaces(7), Restrictions on mount namespaces; open_tree(2): EINVAL; mounts.json, trees.json",
  },
  detachedOnly: { sentence: "Only a mount that was never attached can be idmapped.", source: `${SOURCE}: EINVAL` },
});

/** What a step gives as userns_fd: a user namespace, or a descriptor of something else, of nothing, or above INT_MAX. */
export type NamespaceFd = UserNamespace | "notns" | "mntns" | "badfd" | "hugefd";

/** The attributes that mount_setattr sets and clears. */
export const MOUNT_ATTRIBUTES = ["idmap", "ro", "nosuid", "nodev", "noexec"] as const;
export type MountAttribute = (typeof MOUNT_ATTRIBUTES)[number];

type FlagName = Exclude<MountAttribute, "idmap">;

const FLAG: { readonly [Name in FlagName]: keyof MountFlags } = {
  ro: "isReadOnly",
  nosuid: "isNosuid",
  nodev: "isNodev",
  noexec: "isNoexec",
};

const FLAG_NAMES = ["ro", "nosuid", "nodev", "noexec"] as const satisfies readonly FlagName[];

/** One call's `struct mount_attr`. */
export interface MountChange {
  readonly set: readonly MountAttribute[];
  readonly clr: readonly MountAttribute[];
  readonly userns: NamespaceFd | null;
  /** In bytes, as the caller says; {@link MOUNT_ATTR_SIZE} where it is left out. */
  readonly size?: number;
}

/** The size of the first version of `struct mount_attr`: `MOUNT_ATTR_SIZE_VER0`. */
export const MOUNT_ATTR_SIZE = 32;
/** A longer one is a page at most, and zero behind what is known. */
const LONGEST_ATTR = 4096;

/** `copy_struct_from_user` */
function mayReadAttr(size: number): Verdict {
  if (size > LONGEST_ATTR) return deny("E2BIG", RULES.attrSize, `${size} bytes`);
  return size < MOUNT_ATTR_SIZE ? deny("EINVAL", RULES.attrSize, `${size} bytes`) : allow();
}

/** A mount that is being changed. */
export interface Tree {
  readonly mount: Mount;
  /** What is changed with it: the mounts below it, of a tree that was cloned with them. */
  readonly below?: readonly Mount[];
  /** null for a clone that nobody has seen yet: where the path of an attached mount leads. */
  readonly attachedAt: Path | null;
  /** The flags that came with it from a more privileged mount namespace: those it had then, and none set since. */
  readonly locked: readonly (keyof MountFlags)[];
}

/** `may_mount` */
export function mayMount(task: Task): Verdict {
  const { userNs } = task.mountNs;
  return isNsCapable(task.cred, userNs, "sys_admin")
    ? allow()
    : deny("EPERM", RULES.mayMount, `no CAP_SYS_ADMIN over ${userNs.name}`);
}

/** Is what the task's mount namespace has of this mount a copy of a more privileged one's? */
function isCopiedFromAbove(world: World, { mountNs }: Task, { attachedIn }: Mount): boolean {
  return mountNs.userNs !== (attachedIn ?? world.initMountNs).userNs;
}

/** The locked flags of a mount as the task has it: all those of a copy, and what a mount of its own took from one. */
function lockedFor(world: World, task: Task, mount: Mount): readonly (keyof MountFlags)[] {
  if (!isCopiedFromAbove(world, task, mount)) return mount.locked ?? [];
  const copied = mount.changedFrom ?? mount;
  return Object.values(FLAG).filter((flag) => copied[flag]);
}

/**
 * `open_tree` with OPEN_TREE_CLONE: a copy of the mount that shows what the path leads to, attached nowhere. Whoever may
 * not mount is not told whether the path leads anywhere.
 *
 * @param reach  AT_RECURSIVE: with the mounts below, of which the model knows those that a mount of the machine carries
 */
export function cloneTree(
  world: World,
  task: Task,
  name: PathName,
  reach: "alone" | "recursive" = "alone",
): Verdict<Tree> {
  const may = mayMount(task);
  if (!may.ok) return may;
  const found = lookup(world, task, name, "follow");
  if (!found.ok) return found;
  const { mount: of, inode } = found.value;
  const isHiding = of.carries?.length
    ? isCopiedFromAbove(world, task, of)
    : task.mountNs.tree.isLockedBelow(found.value);
  if (reach === "alone" && isHiding) return deny("EINVAL", RULES.lockedBelow, `what is mounted below ${of.name}`);
  const { attachedIn: _, changedIn: __, changedFrom: ___, ...source } = of;
  const below = reach === "recursive" && of.carries ? of.carries : [];
  return allow({ mount: { ...source, root: inode }, below, attachedAt: null, locked: lockedFor(world, task, of) });
}

/** The attached mount that a path leads to. */
export function attachedTree(world: World, task: Task, name: PathName): Verdict<Tree> {
  const found = lookup(world, task, name, "follow");
  if (!found.ok) return found;
  const { mount } = found.value;
  return allow({ mount, attachedAt: found.value, locked: lockedFor(world, task, mount) });
}

/** `move_mount`: put a tree where the task's mount namespace sees it, under a name. */
export function attachTree(world: World, task: Task, { mount, locked }: Tree, name: string): void {
  const attached = { ...mount, name, attachedIn: task.mountNs, locked };
  world.mounts.set(name, attached);
  task.mountNs.attached.add(attached);
}

/**
 * `mount_setattr` on one mount. All is asked before anything changes: first the caller, then the change, then the mount.
 *
 * @param reach       finds the mount; a change of nothing does not look for it
 * @param mayReplace  may an idmap be replaced or taken away, as open_tree_attr may with the clone it makes?
 * @returns EPERM, EINVAL, EBADF, EBUSY
 */
export function setMountAttributes(
  world: World,
  task: Task,
  reach: () => Verdict<Tree>,
  change: MountChange,
  mayReplace: boolean,
): Verdict {
  const readable = mayReadAttr(change.size ?? MOUNT_ATTR_SIZE);
  if (!readable.ok) return readable;
  const may = mayMount(task);
  if (!may.ok || change.set.length + change.clr.length === 0) return may;
  const idmap = wantedIdmap(task, change, mayReplace);
  if (!idmap.ok) return idmap;
  const tree = reach();
  if (!tree.ok) return tree;
  const mapped = idmap.value === null || idmap.value === "keep" ? allow() : hasBothMaps(world, idmap.value);
  if (!mapped.ok) return mapped;
  const { mount, attachedAt } = tree.value;
  if (attachedAt && attachedAt.inode !== mount.root) return deny("EINVAL", RULES.wholeMount);
  const locked = FLAG_NAMES.find(
    (name) => tree.value.locked.includes(FLAG[name]) && change.clr.includes(name) && !change.set.includes(name),
  );
  if (locked) return deny("EPERM", RULES.lockedFlags, `${locked} of ${mount.name}`);
  if (idmap.value !== "keep") {
    for (const each of [mount, ...(tree.value.below ?? [])]) {
      const allowed = mayIdmap(task, each, attachedAt, idmap.value, mayReplace);
      if (!allowed.ok) return allowed;
    }
  }
  const writer = writerOf(world, (file) => file.mountNs === task.mountNs && file.path.mount === mount);
  if (writer && change.set.includes("ro"))
    return deny("EBUSY", RULES.noWriters, `${writer.name} keeps a file of ${mount.name} open`);
  if (idmap.value !== "keep") mount.idmap = idmap.value && idmapOf(idmap.value);
  const isSet = (name: FlagName) => change.set.includes(name) || (mount[FLAG[name]] && !change.clr.includes(name));
  const changed = FLAG_NAMES.filter((name) => isSet(name) !== mount[FLAG[name]]);
  if (changed.length > 0 && attachedAt) {
    const { isReadOnly, isNosuid, isNoexec, isNodev } = mount;
    mount.changedFrom ??= { isReadOnly, isNosuid, isNoexec, isNodev };
    mount.changedIn = task.mountNs;
  }
  for (const name of changed) mount[FLAG[name]] = !mount[FLAG[name]];
  return allow();
}

/** A namespace's maps as they are now: an idmap keeps them whatever becomes of the namespace. */
export function idmapOf(ns: UserNamespace): MountIdmap {
  return { name: ns.name, number: ns.number, maps: { uid: ns.maps.uid, gid: ns.maps.gid } };
}

/** `build_mount_idmapped`: whose maps shall be the idmap; null: none; keep: as it is. */
function wantedIdmap(
  task: Task,
  { set, clr, userns }: MountChange,
  mayReplace: boolean,
): Verdict<UserNamespace | null | "keep"> {
  if (clr.includes("idmap") && !mayReplace) return deny("EINVAL", RULES.idmapStays);
  if (!set.includes("idmap")) return allow(clr.includes("idmap") ? null : "keep");
  if (userns === "hugefd") return deny("EINVAL", RULES.fdIsInt);
  if (userns === "badfd") return deny("EBADF", RULES.openNamespace);
  if (userns === null) return deny("EINVAL", RULES.userNamespaceFd, "it is 0, standard input, where none was given");
  if (userns === "notns" || userns === "mntns") return deny("EINVAL", RULES.userNamespaceFd, `it is a ${userns}`);
  if (userns.parent === null) return deny("EPERM", RULES.notInitial);
  if (!isNsCapable(task.cred, userns, "sys_admin"))
    return deny("EPERM", RULES.namespaceAdmin, `no CAP_SYS_ADMIN over ${userns.name}`);
  return allow(userns);
}

/** `alloc_mnt_idmap`, which is asked when the mount is found. */
function hasBothMaps({ profile }: World, userns: UserNamespace): Verdict {
  if (userns.isIsolated && !profile.isolated?.has("empty-idmap-refused")) return allow();
  const unwritten = (["uid", "gid"] as const).find((kind) => userns.maps[kind].extents.length === 0);
  return unwritten
    ? deny("EINVAL", RULES.bothMapsWritten, `${unwritten}_map of ${userns.name} is not written`)
    : allow();
}

/** `can_idmap_mount` */
function mayIdmap(
  { cred }: Task,
  { superblock, idmap, name }: Mount,
  attachedAt: Path | null,
  userns: UserNamespace | null,
  mayReplace: boolean,
): Verdict {
  if (superblock.userNs === userns)
    return deny("EINVAL", RULES.notOwnNamespace, `${superblock.name} was mounted in ${userns.name}`);
  if (idmap && !mayReplace) return deny("EPERM", RULES.idmappedOnce, `${name} has the maps of ${idmap.name}`);
  if (!filesystemType(superblock.type).allowsIdmap)
    return deny("EINVAL", RULES.typeAllowsIdmap, `${superblock.type} does not`);
  if (!isNsCapable(cred, superblock.userNs, "sys_admin"))
    return deny("EPERM", RULES.superblockAdmin, `${superblock.name} was mounted in ${superblock.userNs.name}`);
  if (attachedAt) return deny("EINVAL", RULES.detachedOnly, `${name} is attached`);
  return allow();
}
