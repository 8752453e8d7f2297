import { UsernsError } from "../core/errors.ts";
import type { Mount, Path } from "./mount.ts";
import type { MountTree } from "./mount-tree.ts";
import type { PathName } from "./path-name.ts";
import { PROC_ENTRIES } from "./proc.ts";
import { procPath, readProcLink } from "./proc-file.ts";
import type { ProcessFile } from "./process.ts";
import type { Task } from "./task.ts";
import { allow, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const PROC_ROOT = { path: "root", entry: PROC_ENTRIES.root };

/** Where a walk begins, and which mounts it sees. */
export interface Start {
  readonly at: Path;
  readonly tree: MountTree<Mount>;
}

/** @returns EACCES for the root directory of a task that the caller may not look into */
export function startOf(world: World, task: Task, { from }: PathName): Verdict<Start> {
  if (from === null) return allow(startAtRoot(task));
  if (!("pid" in from)) return allow(startAtMount(task, from));
  const link = readProcLink(world, task, from, PROC_ROOT);
  return link.ok ? allow(startAtRoot(from)) : link;
}

/**
 * Where a link of a process leads: its root directory, which it is also in, or the program that it runs.
 *
 * @returns EACCES for a task that the caller may not look into
 * @throws  UsernsError ERR_SCENARIO for a namespace, and for a program that is not of this world
 */
export function startThrough(
  world: World,
  task: Task,
  { process, path }: ProcessFile,
  tree: Start["tree"],
): Verdict<Start> {
  const at = procPath(path);
  const of = world.tasks.get(process.name);
  if (!at || !of) throw new Error(`no link /proc/${process.name}/${path}`);
  const link = readProcLink(world, task, of, at);
  if (!link.ok) return link;
  if (path === "root" || path === "cwd") return allow(startAtRoot(of));
  if (path === "exe" && of.program) return allow({ at: of.program, tree });
  throw new UsernsError("ERR_SCENARIO", {
    where: `/proc/${process.name}/${path}`,
    expected: "a link to a directory, or to a program that was run here",
    got: path === "exe" ? "a program of elsewhere" : "a link to a namespace",
    fix: "proc_readlink asks about the link",
  });
}

function startAtRoot({ mountNs: { tree } }: Task): Start {
  if (tree.top === null)
    throw new UsernsError("ERR_SCENARIO", {
      where: "/",
      expected: "something mounted there for an absolute path: a file system that a setup mounts at /",
      got: "nothing",
      fix: "write mount:path",
    });
  // What is mounted on the root directory itself is not seen from there, only by way of "..".
  return { at: { mount: tree.top, inode: tree.top.root }, tree };
}

function startAtMount(task: Task, mount: Mount): Start {
  if (mount.attachedIn && !task.mountNs.attached.has(mount))
    throw outside(mount, `${mount.name} is not mounted in the mount namespace of ${task.name}`);
  if (mount.changedIn && mount.changedIn !== task.mountNs)
    throw new UsernsError("ERR_SCENARIO", {
      where: mount.name,
      expected:
        "flags that no other mount namespace changed: the model keeps one set of them for all copies of a mount",
      got: `flags of ${mount.name} that were changed in ${mount.changedIn.name}, for ${task.name} in ${task.mountNs.name}`,
    });
  return { at: { mount, inode: mount.root }, tree: task.mountNs.tree };
}

/** The error for a way that leads out of the mount it began on. */
export function outside(mount: Mount, got: string): UsernsError {
  return new UsernsError("ERR_SCENARIO", {
    where: mount.name,
    expected: "a path that stays below one mount, which is all that is modelled",
    got,
  });
}
