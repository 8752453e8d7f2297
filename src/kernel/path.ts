import { UsernsError } from "../core/errors.ts";
import type { Errno } from "./errno.ts";
import type { Inode } from "./inode.ts";
import { inodePermission } from "./inode-permission.ts";
import type { Mount, Path } from "./mount.ts";
import type { MountTree } from "./mount-tree.ts";
import { MAY } from "./permission.ts";
import { PROC_ENTRIES } from "./proc.ts";
import { readProcLink } from "./proc-file.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "path_resolution(7)";

const RULES = ruleTable({
  searchPermission: { sentence: "Every directory on the way must be searchable (x) by the task.", source: SOURCE },
  entryExists: { sentence: "Every name on the way must exist.", source: `${SOURCE}: ENOENT` },
  notADirectory: { sentence: "Only a directory has entries.", source: `${SOURCE}: ENOTDIR` },
  linkLimit: { sentence: "At most 40 symbolic links are followed.", source: `${SOURCE}: ELOOP` },
  dotsAreNoEntry: {
    sentence: ". and .. at the end of a path are no entries: nothing makes, removes or renames them.",
    source: "rmdir(2): EINVAL, ENOTEMPTY; rename(2): EBUSY; unlink(2): EISDIR; mkdir(2): EEXIST",
  },
  mountTop: {
    sentence: "The top of a mount is a directory in use, which is neither made, removed nor renamed.",
    source: "rmdir(2), rename(2): EBUSY; mkdir(2): EEXIST",
  },
});

/** A path as a step names it: where it begins, and names below. */
export interface PathName {
  /** A mount, by its top; a task: its root directory, reached through /proc/PID/root; null: the caller's own. */
  readonly from: Mount | Task | null;
  readonly names: readonly string[];
}

/** A directory, and the last name of a path: what is made or removed there. */
export interface Entry {
  readonly mount: Mount;
  readonly directory: Inode;
  readonly name: string;
  /** What the name stands for now; null: nothing. */
  readonly inode: Inode | null;
}

const MAX_LINKS = 40;
const PROC_ROOT = { path: "root", entry: PROC_ENTRIES.root };

/** How the last name is taken when it is a symbolic link. */
export type LastLink = "follow" | "nofollow";

/** @example namesIn("a//b/./c") // ["a", "b", ".", "c"] */
export function namesIn(text: string): string[] {
  return text.split("/").filter((name) => name !== "");
}

/** What a call answers that makes, removes or renames an entry, to a last name that is none. */
export interface NoEntryErrnos {
  /** The top of a mount. */
  readonly top: Errno;
  readonly ".": Errno;
  readonly "..": Errno;
}

/**
 * Walk to what a path names.
 *
 * @param last  whether a symbolic link at the end is followed
 * @returns     EACCES, ENOENT, ENOTDIR, ELOOP
 * @throws      UsernsError ERR_SCENARIO for a way that leads out of the mount, which is not modelled
 */
export function lookup(world: World, task: Task, path: PathName, last: LastLink): Verdict<Path> {
  const reached = walk(world, task, path, last);
  if (!reached.ok) return reached;
  const { at, name } = reached.value;
  return at ? allow(at) : deny("ENOENT", RULES.entryExists, `there is no ${name}`);
}

/**
 * Walk to the directory that holds the last name of a path; a symbolic link at the end is not followed.
 *
 * @param errnos      what a path without such a name is refused with
 * @param beforeLast  what is asked once the directory is found, before its last name is looked for
 */
export function lookupEntry(
  world: World,
  task: Task,
  path: PathName,
  errnos: NoEntryErrnos,
  beforeLast: BeforeLast = allow,
): Verdict<Entry> {
  const last = path.names.at(-1);
  const isDots = last === "." || last === "..";
  const entry = lookupOpen(world, task, path, "nofollow", beforeLast);
  if (!entry.ok) return entry;
  if (isDots) return deny(errnos[last], RULES.dotsAreNoEntry);
  const { at } = entry.value;
  if (at && at.inode === at.mount.root) return deny(errnos.top, RULES.mountTop, `it is the top of ${at.mount.name}`);
  return entry;
}

/** {@link lookupEntry}, for open(2): a symbolic link at the end may be followed, to a name that need not exist. */
export function lookupOpen(
  world: World,
  task: Task,
  path: PathName,
  last: LastLink,
  beforeLast: BeforeLast = allow,
): Verdict<Reached> {
  return walk(world, task, path, last, beforeLast);
}

/** Deny a name that is not there: what removing, renaming and opening answer. */
export function noEntry({ name }: Entry): Verdict<never> {
  return deny("ENOENT", RULES.entryExists, `there is no ${name}`);
}

/** The end of a walk. Where the path is the top of a mount or ends in dots, the directory is not asked for. */
export interface Reached extends Entry {
  /** What the last name leads to, through what is mounted there; null: nothing. */
  readonly at: Path | null;
}

/** Asked of the mount on which the last name is going to be looked for. */
type BeforeLast = (mount: Mount) => Verdict;

/** Where a walk begins, and which mounts it sees. */
interface Start {
  readonly at: Path;
  readonly tree: MountTree;
}

/** @returns EACCES for the root directory of a task that the caller may not look into */
function startOf(world: World, task: Task, { from }: PathName): Verdict<Start> {
  const isTask = from !== null && "pid" in from;
  if (from !== null && !isTask) return allow(startAtMount(task, from));
  const of = from ?? task;
  if (isTask) {
    const link = readProcLink(world, task, of, PROC_ROOT);
    if (!link.ok) return link;
  }
  const { tree } = of.mountNs;
  if (tree.top === null)
    throw new UsernsError("ERR_SCENARIO", {
      where: "/",
      expected: "something mounted there for an absolute path: a file system that a setup mounts at /",
      got: "nothing",
      fix: "write mount:path",
    });
  return allow({ at: tree.through({ mount: tree.top, inode: tree.top.root }), tree });
}

function startAtMount(task: Task, mount: Mount): Start {
  if (mount.attachedIn && mount.attachedIn !== task.mountNs)
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

function walk(
  world: World,
  task: Task,
  path: PathName,
  last: LastLink,
  beforeLast: BeforeLast = allow,
): Verdict<Reached> {
  const start = startOf(world, task, path);
  if (!start.ok) return start;
  let { at, tree } = start.value;
  let first = at;
  const isRooted = path.from === null || "pid" in path.from;
  const todo = [...path.names];
  const above: Path[] = [];
  let links = 0;
  let reached: Reached = { mount: at.mount, directory: at.inode, name: "", inode: at.inode, at };
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    const searched = search(world, task, at);
    if (!searched.ok) return searched;
    if (name === ".") continue;
    if (name === "..") {
      const next = above.pop() ?? (isRooted ? at : undefined);
      if (!next) throw outside(at.mount, `".." at the top of ${at.mount.name}`);
      const directory = (above.at(-1) ?? first).inode;
      reached = { mount: next.mount, directory, name, inode: next.inode, at: next };
      at = next;
      continue;
    }
    const asked = todo.length === 0 ? beforeLast(at.mount) : allow();
    if (!asked.ok) return asked;
    const found = at.inode.superblock.operations?.lookup(at.inode, name) ?? allow();
    if (!found.ok) return found;
    const inode = at.inode.entries.get(name) ?? null;
    const next = inode && tree.through({ mount: at.mount, inode });
    reached = { mount: at.mount, directory: at.inode, name, inode, at: next };
    if (!next) return todo.length === 0 ? allow(reached) : deny("ENOENT", RULES.entryExists, `there is no ${name}`);
    if (next.inode.type === "symlink" && (todo.length > 0 || last === "follow")) {
      if (++links > MAX_LINKS) return deny("ELOOP", RULES.linkLimit, `${name} is one more`);
      const { target } = next.inode;
      if (target.startsWith("/")) {
        if (!isRooted) throw outside(at.mount, `${name} → ${target}`);
        const own = startOf(world, task, { from: null, names: [] });
        if (!own.ok) return own;
        ({ at, tree } = own.value);
        first = at;
        above.length = 0;
        reached = { mount: at.mount, directory: at.inode, name: "", inode: at.inode, at };
      }
      todo.unshift(...namesIn(target));
      continue;
    }
    world.trail?.reached(next, at.inode, name);
    above.push(at);
    at = next;
  }
  return allow(reached);
}

function search(world: World, task: Task, path: Path): Verdict {
  if (path.inode.type !== "dir") return deny("ENOTDIR", RULES.notADirectory);
  const permitted = inodePermission(world, task.cred, path, MAY.exec);
  return permitted.ok
    ? permitted
    : { ...permitted, because: `${RULES.searchPermission.sentence} ${permitted.because}` };
}

function outside(mount: Mount, got: string): UsernsError {
  return new UsernsError("ERR_SCENARIO", {
    where: mount.name,
    expected: "a path that stays below one mount, which is all that is modelled",
    got,
  });
}
