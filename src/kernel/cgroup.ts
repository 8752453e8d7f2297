import { UsernsError } from "../core/errors.ts";
import type { Cred } from "./cred.ts";
import { addEntry } from "./directory.ts";
import { mountAnew } from "./disk.ts";
import { Inode, type KeptFilesystem, type Superblock } from "./inode.ts";
import { inodePermission } from "./inode-permission.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import { MAX_INT, readSigned } from "./number-text.ts";
import { openPath } from "./open.ts";
import type { OpenFile } from "./open-file.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import { numberIn } from "./pid-namespace.ts";
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
  procsMoves: {
    sentence: "A process is moved by writing its pid to cgroup.procs.",
    source: `${SOURCE}: EINVAL, ESRCH`,
  },
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
  world.liveFiles.set(superblock, {
    // Who is in the root is not known: a machine has processes of its own.
    read: (reader, inode) => {
      const of = placeOf(world, inode)?.cgroup;
      return allow(of && of !== root ? readProcs(world, reader, of) : null);
    },
    write: (writer, file, text) => writeProcs(world, writer, file, text),
  });
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
  const { mount, inode } = opened.value;
  const to = placeOf(world, inode);
  if (!to) throw notProcs(mount, path.text);
  return atStage(migrate(world, to, task.cred, mount, moved), "write");
}

/** A cgroup, and the root of all. */
interface Place {
  readonly root: Inode;
  readonly cgroup: Inode;
}

/** The cgroup whose cgroup.procs it is; null: it is another file. */
function placeOf({ cgroups }: World, procs: Inode): Place | null {
  const cgroup = cgroups && cgroupsFrom(cgroups.root).find(({ entries }) => entries.get(PROCS) === procs);
  return cgroup ? { root: cgroups.root, cgroup } : null;
}

/** What is written to a cgroup.procs that is open: the number of a process in the writer's pid namespace, 0 for itself. */
function writeProcs(world: World, writer: Task, { path, opener }: OpenFile, text: string): Verdict<number> {
  const { mount, inode } = path;
  const to = placeOf(world, inode);
  if (!to) throw notProcs(mount, "another file of a cgroup");
  if (text === "") return allow(0);
  const number = readSigned(text);
  if (number === null || number < 0 || number > MAX_INT) return deny("EINVAL", RULES.procsMoves, JSON.stringify(text));
  const has = (task: Task) => numberIn(writer.pidNs, task, world.initPidNs) === number;
  const moved = number === 0 ? writer : [...world.tasks.values()].find(has);
  if (!moved) return deny("ESRCH", RULES.procsMoves, `no process has the number ${number}`);
  const done = migrate(world, to, opener, mount, moved);
  return done.ok ? allow(text.length, done.rule) : done;
}

/** What a cgroup.procs says: its processes' numbers in the reader's pid namespace, 0 for one that has none there. */
function readProcs({ tasks, initPidNs }: World, { pidNs }: Task, cgroup: Inode): string {
  const inside = [...tasks.values()].filter((task) => task.cgroup === cgroup && !task.isZombie);
  return inside.map((task) => `${numberIn(pidNs, task, initPidNs)}\n`).join("");
}

function notProcs(mount: Mount, got: string): UsernsError {
  return new UsernsError("ERR_SCENARIO", {
    where: mount.name,
    expected: `a ${PROCS} of the hierarchy of cgroups, to which a pid is written`,
    got,
  });
}

/** Take a process from where it is to a cgroup, as whoever opened the file there may. */
function migrate(world: World, { root, cgroup }: Place, opener: Cred, mount: Mount, moved: Task): Verdict {
  const from = chainTo(root, moved.cgroup ?? root);
  const common = chainTo(root, cgroup).findLast((inode) => from.includes(inode));
  const inode = common?.entries.get(PROCS);
  if (!inode) throw new Error("two cgroups without a common one");
  const may = inodePermission(world, opener, { mount, inode }, MAY.write);
  if (!may.ok) return deny("EACCES", RULES.migrateFromAncestor, may.because);
  moved.cgroup = cgroup;
  return allow(undefined, RULES.migrateFromAncestor);
}

/** A cgroup, and all below it. */
function cgroupsFrom(cgroup: Inode): readonly Inode[] {
  const below = [...cgroup.entries.values()].filter(({ type }) => type === "dir");
  return [cgroup, ...below.flatMap(cgroupsFrom)];
}

/** The cgroups from the root down to one. */
function chainTo(at: Inode, cgroup: Inode): readonly Inode[] {
  if (at === cgroup) return [at];
  for (const child of at.entries.values()) {
    const below = chainTo(child, cgroup);
    if (below.length > 0) return [at, ...below];
  }
  return [];
}
