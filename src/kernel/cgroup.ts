import { UsernsError } from "../core/errors.ts";
import { addEntry } from "./directory.ts";
import { mountAnew } from "./disk.ts";
import { Inode, type KeptFilesystem, type Superblock } from "./inode.ts";
import { inodePermission } from "./inode-permission.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import { openPath } from "./open.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import type { OwnerIds } from "./user-namespace.ts";
import { allow, atStage, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "cgroups(7); Documentation/admin-guide/cgroup-v2.rst, Delegation";

const RULES = ruleTable({
  oneHierarchy: { sentence: "A machine without cgroups has none to mount.", source: `${SOURCE}: ENODEV` },
  migrateFromAncestor: {
    sentence:
      "Moving a process needs write permission on cgroup.procs of where it goes, and of the nearest cgroup that holds both ends.",
    source: `${SOURCE}: EACCES`,
  },
  emptyRemoved: {
    sentence: "A cgroup is removed with its files, when no process and no other cgroup is in it.",
    source: "Documentation/admin-guide/cgroup-v2.rst, Organizing Processes and Threads: EBUSY",
  },
  procsMoves: { sentence: "A process is moved by writing its pid to cgroup.procs.", source: `${SOURCE}: EINVAL` },
});

const PROCS = "cgroup.procs";

/** The files that every cgroup has, with their modes. */
const FILES: readonly (readonly [name: string, mode: number])[] = [
  [PROCS, 0o644],
  ["cgroup.threads", 0o644],
  ["cgroup.subtree_control", 0o644],
  ["cgroup.controllers", 0o444],
];

/** The hierarchy of a machine, with nothing but its root. */
export function makeCgroups(
  world: World,
  name: string,
  owner: OwnerIds,
  mode: number,
  exempt: Pick<Superblock, "fsidmapExempt"> = {},
): KeptFilesystem {
  const superblock: Superblock = {
    name,
    type: "cgroup2",
    userNs: world.initUserNs,
    isReadOnly: false,
    names: ["mkdir", "rmdir"],
    ...exempt,
    mayRmdir: (cgroup) => {
      const child = [...cgroup.entries.values()].some(({ type }) => type === "dir");
      if (child) return deny("EBUSY", RULES.emptyRemoved, "it holds another cgroup");
      const [process] = [...world.tasks.values()].filter((task) => task.cgroup === cgroup);
      return process ? deny("EBUSY", RULES.emptyRemoved, `${process.name} is in it`) : allow();
    },
    populate: (directory) => {
      const { uid, gid } = directory;
      for (const [file, bits] of FILES)
        addEntry(directory, file, new Inode(world.inodeColumns, { superblock, type: "file", mode: bits, uid, gid }));
    },
  };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode, ...owner });
  superblock.populate?.(root);
  return { superblock, root };
}

/** A mount of the hierarchy, from where the task's cgroup namespace has its root. */
export function mountCgroups(world: World, { cgroupNs }: Task, name: string): Verdict<Mount> {
  const { cgroups } = world;
  if (!cgroups) return deny("ENODEV", RULES.oneHierarchy);
  mountAnew(world, cgroups);
  return allow({ ...NO_FLAGS, name, superblock: cgroups.superblock, root: cgroupNs.root ?? cgroups.root, idmap: null });
}

/** Write a process's pid to a cgroup.procs. What is refused at opening says so. */
export function moveToCgroup(world: World, task: Task, path: PathName, moved: Task): Verdict {
  const opened = atStage(openPath(world, task, path, { access: "w", flags: [], mode: 0 }), "open");
  if (!opened.ok) return opened;
  const { mount, inode: written } = opened.value;
  const root = world.cgroups?.root;
  const to = root ? chainTo(root, ({ entries }) => entries.get(PROCS) === written) : [];
  const target = to.at(-1);
  if (!root || !target)
    throw new UsernsError("ERR_SCENARIO", {
      where: mount.name,
      expected: `a ${PROCS} of the hierarchy of cgroups, to which a pid is written`,
      got: path.text,
    });
  const from = chainTo(root, (cgroup) => cgroup === (moved.cgroup ?? root));
  const inode = to.findLast((cgroup) => from.includes(cgroup))?.entries.get(PROCS);
  if (!inode) throw new Error("two cgroups without a common one");
  const may = inodePermission(world, task.cred, { mount, inode }, MAY.write);
  if (!may.ok) return atStage(deny("EACCES", RULES.migrateFromAncestor, may.because), "write");
  moved.cgroup = target;
  return allow(undefined, RULES.migrateFromAncestor);
}

/** The cgroups from one down to the first below it that is such a one; none: nothing below is. */
function chainTo(at: Inode, isSuch: (cgroup: Inode) => boolean): readonly Inode[] {
  if (isSuch(at)) return [at];
  for (const child of at.entries.values()) {
    const below = chainTo(child, isSuch);
    if (below.length > 0) return [at, ...below];
  }
  return [];
}
