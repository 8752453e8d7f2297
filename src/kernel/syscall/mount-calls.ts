import { moveToCgroup } from "../cgroup.ts";
import { type FilesystemTypeName, MACHINE_MOUNTS } from "../filesystem-type.ts";
import {
  attachedTree,
  attachTree,
  cloneTree,
  MOUNT_ATTR_SIZE,
  MOUNT_ATTRIBUTES,
  type MountChange,
  type NamespaceFd,
  setMountAttributes,
  type Tree,
} from "../idmapped-mount.ts";
import { Inode, type Superblock } from "../inode.ts";
import { type Mount, NO_FLAGS } from "../mount.ts";
import { MOUNT_FLAGS, MOUNTABLE_TYPES, makePrivate, mountAt, moveMount, umountAt } from "../mount-at.ts";
import { mountOverlay } from "../overlay-mount.ts";
import { namesIn, type PathName } from "../path-name.ts";
import { statInode } from "../stat.ts";
import type { Task } from "../task.ts";
import { mountTmpfs } from "../tmpfs-mount.ts";
import { allow, atStage, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import {
  type Argument,
  flag,
  integer,
  listOf,
  natural,
  objectOf,
  oneOf,
  optional,
  scenarioError,
  task,
  text,
  userNamespace,
} from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain } from "./call.ts";
import { newMount } from "./mount-name.ts";
import { nsFile, openNsFile } from "./ns-file-argument.ts";
import { refuseOptionsBeyond } from "./options-beyond.ts";
import { path } from "./path-argument.ts";
import { tmpfsOptions } from "./tmpfs-options.ts";

/** A path as everywhere, or one of the pseudo file systems that every machine has mounted. */
const mountPath: Argument<PathName> = {
  schema: { anyOf: [path.schema, { enum: [...MACHINE_MOUNTS.keys()] }] },
  isOptional: false,
  read: (value, where, world) => {
    if (typeof value !== "string" || !value.startsWith("/") || world.initMountNs.tree.top)
      return path.read(value, where, world);
    const type = MACHINE_MOUNTS.get(value);
    if (type === undefined) throw scenarioError(where, `one of ${[...MACHINE_MOUNTS.keys()].join(", ")}`, value);
    return { from: machineMount(world, value, type), text: "" };
  },
};

function machineMount(world: World, name: string, type: FilesystemTypeName): Mount {
  const superblock: Superblock = { name, type, userNs: world.initUserNs, isReadOnly: false };
  const owner = { id: 0, number: 0 };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, uid: owner, gid: owner });
  const above = name === "/" ? name : `${name}/`;
  const carries = [...MACHINE_MOUNTS].flatMap(([other, ofType]) =>
    other !== name && other.startsWith(above) ? [machineMount(world, other, ofType)] : [],
  );
  return { ...NO_FLAGS, name, superblock, root, idmap: null, carries };
}

const NO_NAMESPACES = ["notns", "mntns", "badfd", "hugefd"] as const;

/** A user namespace, or a descriptor that is none. */
const namespaceFd: Argument<NamespaceFd> = {
  schema: { anyOf: [userNamespace.schema, { enum: NO_NAMESPACES }] },
  isOptional: false,
  read: (value, where, world) =>
    NO_NAMESPACES.find((word) => word === value) ?? userNamespace.read(value, where, world),
};

const attributes = optional(listOf(oneOf(...MOUNT_ATTRIBUTES)), []);
const changeItem = objectOf({
  set: attributes,
  clr: attributes,
  userns: optional(namespaceFd, null),
  /** How many bytes the caller says that its struct mount_attr has. */
  size: optional(natural, MOUNT_ATTR_SIZE),
});
const changes = listOf(changeItem);

const attach = optional(newMount, undefined);

/** The changes one after another, to the same tree; the one that fails says which it was. */
function setAttributes(world: World, task: Task, reach: () => Verdict<Tree>, changes: readonly MountChange[]): Verdict {
  for (const [index, change] of changes.entries()) {
    const changed = atStage(setMountAttributes(world, task, reach, change, false), `setattr${index}`);
    if (!changed.ok) return changed;
  }
  return allow();
}

/** The calls on mounts. */
const ALL_FLAGS = Object.values(MOUNT_FLAGS).reduce((all, bit) => all | bit, 0);

const mountFlags: Argument<number> = {
  schema: { type: "integer", minimum: 0, maximum: ALL_FLAGS },
  isOptional: false,
  read: (value, where, world) => {
    const bits = integer.read(value, where, world);
    if ((bits & ~ALL_FLAGS) !== 0)
      throw scenarioError(where, `flags that are modelled: ${JSON.stringify(MOUNT_FLAGS)}, added up`, value);
    return bits;
  },
};

/** Calls on the tree of mounts, for scenarios that mount at places instead of naming mounts. */
const TREE_CALLS: CallTable = [
  defineCall(
    "mount",
    {
      source: text,
      target: path,
      type: oneOf(...MOUNTABLE_TYPES),
      flags: optional(mountFlags, 0),
      data: optional(text, ""),
    },
    (world, task, request, where) => {
      refuseOptionsBeyond(request.type, request.data, `${where}.data`);
      return plain(mountAt(world, task, request, nameOf(request.target)));
    },
  ),
  defineCall("umount", { target: path }, (world, task, { target }) => plain(umountAt(world, task, target))),
  defineCall("make_private", {}, (_, task) => plain(makePrivate(task))),
  defineCall("idmap", { path, target: path, ns: nsFile }, (world, task, { path, target, ns }) => {
    const tree = atStage(cloneTree(world, task, path), "open_tree");
    if (!tree.ok) return tree;
    const userns = openNsFile(world, task, ns);
    if (!userns.ok) return userns;
    const change: MountChange = {
      set: ["idmap"],
      clr: [],
      userns: userns.value.kind === "user" ? userns.value.ns : "notns",
    };
    const changed = atStage(
      setMountAttributes(world, task, () => tree, change, false),
      "mount_setattr",
    );
    if (!changed.ok) return changed;
    return plain(atStage(moveMount(world, task, tree.value, target, nameOf(target)), "move_mount"));
  }),
];

const CGROUP_CALLS: CallTable = [
  defineCall("cgroup_move", { path, target: task }, (world, caller, { path, target }) =>
    plain(moveToCgroup(world, caller, path, target)),
  ),
];

/** What a mount at a place is called in explanations. */
function nameOf({ text }: PathName): string {
  return `/${namesIn(text).join("/")}`;
}

const NAMED_CALLS: CallTable = [
  // No mount of a scenario stands below another, so that a recursive call changes one mount.
  defineCall(
    "mount_setattr",
    { path: mountPath, on: oneOf("clone", "attached"), changes, recursive: optional(flag, false) },
    (world, task, { path, on, changes, recursive }) => {
      if (on === "clone") {
        const tree = atStage(cloneTree(world, task, path, recursive ? "recursive" : "alone"), "open_tree");
        return tree.ok ? plain(setAttributes(world, task, () => tree, changes)) : tree;
      }
      return plain(setAttributes(world, task, () => attachedTree(world, task, path), changes));
    },
  ),
  defineCall(
    "open_tree_attr",
    { path: mountPath, changes, clone: optional(flag, true), attach },
    (world, task, { path, changes, clone, attach }, where) => {
      const [change, another] = changes;
      if (!change || another) throw scenarioError(`${where}.changes`, "one change", changes);
      const tree = clone ? cloneTree(world, task, path) : attachedTree(world, task, path);
      if (!tree.ok) return tree;
      const changed = setMountAttributes(world, task, () => tree, change, clone);
      if (!changed.ok) return changed;
      if (attach !== undefined) attachTree(world, task, tree.value, attach);
      return allow(NOTHING);
    },
  ),
  defineCall("bind", { path, attach: newMount }, (world, task, { path, attach }) => {
    const tree = atStage(cloneTree(world, task, path), "open_tree");
    if (!tree.ok) return tree;
    attachTree(world, task, tree.value, attach);
    return allow(NOTHING);
  }),
  defineCall("mount_overlay", { lower: path, upper: path, work: path, attach: newMount }, (world, task, values) => {
    const tree = mountOverlay(world, task, values, values.attach);
    if (!tree.ok) return tree;
    attachTree(world, task, tree.value, values.attach);
    return allow(NOTHING);
  }),
  defineCall(
    "mount_tmpfs",
    {
      options: tmpfsOptions,
      attach,
    },
    (world, task, { options, attach }) => {
      const tree = mountTmpfs(world, task, options, attach ?? "tmpfs");
      if (!tree.ok) return tree;
      const { mount } = tree.value;
      if (attach !== undefined) attachTree(world, task, tree.value, attach);
      const { uid, gid } = statInode(world, task.cred.userNs, mount, mount.root);
      return allow({ root_uid: uid, root_gid: gid });
    },
  ),
];

export const MOUNT_CALLS: CallTable = [...NAMED_CALLS, ...TREE_CALLS, ...CGROUP_CALLS];
