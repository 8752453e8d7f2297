import { UsernsError } from "../core/errors.ts";
import type { Errno } from "./errno.ts";
import type { Inode } from "./inode.ts";
import { inodePermission } from "./inode-permission.ts";
import type { Mount, Path } from "./mount.ts";
import { MAY } from "./permission.ts";
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

/** A path as a step names it: a mount, and names below its top. */
export interface PathName {
  readonly mount: Mount;
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
  const { inode } = reached.value;
  return inode
    ? allow({ mount: path.mount, inode })
    : deny("ENOENT", RULES.entryExists, `there is no ${reached.value.name}`);
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
  if (last === undefined) return deny(errnos.top, RULES.mountTop, `${path.mount.name} is the top of a mount`);
  const entry = lookupOpen(world, task, path, "nofollow", beforeLast);
  return entry.ok && (last === "." || last === "..") ? deny(errnos[last], RULES.dotsAreNoEntry) : entry;
}

/** {@link lookupEntry}, for open(2): a symbolic link at the end may be followed, to a name that need not exist. */
export function lookupOpen(
  world: World,
  task: Task,
  path: PathName,
  last: LastLink,
  beforeLast: BeforeLast = allow,
): Verdict<Entry> {
  const reached = walk(world, task, path, last, beforeLast);
  return reached.ok ? allow({ mount: path.mount, ...reached.value }) : reached;
}

/** Deny a name that is not there: what removing, renaming and opening answer. */
export function noEntry({ name }: Entry): Verdict<never> {
  return deny("ENOENT", RULES.entryExists, `there is no ${name}`);
}

interface Reached {
  /** The directory that holds the last name; the mount's top itself when the path is its own. */
  readonly directory: Inode;
  readonly name: string;
  readonly inode: Inode | null;
}

type BeforeLast = () => Verdict;

function walk(
  world: World,
  task: Task,
  { mount, names }: PathName,
  last: LastLink,
  beforeLast: BeforeLast = allow,
): Verdict<Reached> {
  if (mount.attachedIn && mount.attachedIn !== task.mountNs)
    throw outside(mount, `${mount.name} is not mounted in the mount namespace of ${task.name}`);
  if (mount.changedIn && mount.changedIn !== task.mountNs)
    throw new UsernsError("ERR_SCENARIO", {
      where: mount.name,
      expected:
        "flags that no other mount namespace changed: the model keeps one set of them for all copies of a mount",
      got: `flags of ${mount.name} that were changed in ${mount.changedIn.name}, for ${task.name} in ${task.mountNs.name}`,
    });
  const todo = [...names];
  const above: Inode[] = [];
  let at = mount.root;
  let links = 0;
  let reached: Reached = { directory: at, name: "", inode: at };
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    const searched = search(world, task, { mount, inode: at });
    if (!searched.ok) return searched;
    if (name === ".") continue;
    if (name === "..") {
      const next = above.pop();
      if (!next) throw outside(mount, `".." at the top of ${mount.name}`);
      reached = { directory: above.at(-1) ?? mount.root, name, inode: next };
      at = next;
      continue;
    }
    const asked = todo.length === 0 ? beforeLast() : allow();
    if (!asked.ok) return asked;
    const found = at.superblock.operations?.lookup(at, name) ?? allow();
    if (!found.ok) return found;
    const next = at.entries.get(name);
    reached = { directory: at, name, inode: next ?? null };
    if (next?.type === "symlink" && (todo.length > 0 || last === "follow")) {
      if (++links > MAX_LINKS) return deny("ELOOP", RULES.linkLimit, `${name} is one more`);
      if (next.target.startsWith("/")) throw outside(mount, `${name} → ${next.target}`);
      todo.unshift(...namesIn(next.target));
      continue;
    }
    if (!next) return todo.length === 0 ? allow(reached) : deny("ENOENT", RULES.entryExists, `there is no ${name}`);
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
