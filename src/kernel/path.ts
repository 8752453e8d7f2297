import { UsernsError } from "../core/errors.ts";
import { isNsCapable } from "./capability.ts";
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
  slashIsDirectory: {
    sentence: "A name with a slash after it stands for a directory, and for none that a call makes but mkdir.",
    source: `${SOURCE}, Empty pathname and trailing slashes; vectors of this project, paths.json`,
  },
  pathNotEmpty: { sentence: "An empty path names nothing.", source: `${SOURCE}: ENOENT; symlink(2)` },
  pathLength: { sentence: "A path has at most 4095 bytes.", source: `${SOURCE}: ENAMETOOLONG; limits.h(0p), PATH_MAX` },
  nameLength: { sentence: "A name has at most 255 bytes.", source: `${SOURCE}: ENAMETOOLONG; limits.h(0p), NAME_MAX` },
  dotsAreNoEntry: {
    sentence: ". and .. at the end of a path are no entries: nothing makes, removes or renames them.",
    source: "rmdir(2): EINVAL, ENOTEMPTY; rename(2): EBUSY; unlink(2): EISDIR; mkdir(2): EEXIST",
  },
  mountTop: {
    sentence: "The top of a mount is a directory in use, which is neither made, removed nor renamed.",
    source: "rmdir(2), rename(2): EBUSY; mkdir(2): EEXIST",
  },
});

/** A path as a step names it: where it begins, and what is below. */
export interface PathName {
  /** A mount, by its top; a task: its root directory, reached through /proc/PID/root; null: the caller's own. */
  readonly from: Mount | Task | null;
  /** Names, as written, slashes and all; none: where the path begins. */
  readonly text: string;
}

/** A name in a directory. */
export interface EntryName {
  readonly mount: Mount;
  readonly directory: Inode;
  readonly name: string;
}

/** Where the last name of a path is to be looked for: what `filename_parentat` finds. */
export interface Parent extends EntryName {
  /** Does a slash follow the last name? */
  readonly hasSlash: boolean;
  readonly walk: Walk;
}

/** A name that was looked for: what is made or removed there. */
export interface Entry extends EntryName {
  readonly hasSlash: boolean;
  /** What the name stands for now; null: nothing. */
  readonly inode: Inode | null;
  /** What it leads to, through what is mounted there. */
  readonly at: Path | null;
}

const MAX_LINKS = 40;
const PROC_ROOT = { path: "root", entry: PROC_ENTRIES.root };
/** `NAME_MAX`, in bytes. */
const MAX_NAME = 255;
/** `PATH_MAX` without the NUL that ends it, in bytes. */
const MAX_PATH = 4095;

/** How the last name is taken when it is a symbolic link, and no slash follows it. */
export type LastLink = "follow" | "nofollow";

/** @example namesIn("a//b/./c") // ["a", "b", ".", "c"] */
export function namesIn(text: string): string[] {
  return text.split("/").filter((name) => name !== "");
}

function byteCount(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** What a call answers that makes, removes or renames an entry, to a last name that is none. */
export interface NoEntryErrnos {
  /** The top of a mount. */
  readonly top: Errno;
  readonly ".": Errno;
  readonly "..": Errno;
}

/** Is the path, or the target of a symbolic link, one that `getname` takes? @returns ENOENT, ENAMETOOLONG */
export function getName(text: string): Verdict {
  if (text === "") return deny("ENOENT", RULES.pathNotEmpty);
  const bytes = byteCount(text);
  return bytes > MAX_PATH ? deny("ENAMETOOLONG", RULES.pathLength, `${bytes} bytes`) : allow();
}

/** Is the name short enough for a file? @returns ENAMETOOLONG */
export function nameFits(name: string): Verdict {
  const bytes = byteCount(name);
  return bytes > MAX_NAME ? deny("ENAMETOOLONG", RULES.nameLength, `${bytes} bytes`) : allow();
}

/**
 * Walk to what a path names. With a slash at its end it is a directory, and no symbolic link to one.
 *
 * @param last  whether a symbolic link at the end is followed
 * @returns     EACCES, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG
 * @throws      UsernsError ERR_SCENARIO for a way that leads out of the mount, which is not modelled
 */
export function lookup(world: World, task: Task, path: PathName, last: LastLink): Verdict<Path> {
  const entry = lookupOpen(world, task, path, last);
  if (!entry.ok) return entry;
  const { at, hasSlash } = entry.value;
  if (!at) return noEntry(entry.value);
  return hasSlash && at.inode.type !== "dir" ? notDirectory(entry.value) : allow(at);
}

/** Walk to the directory in which a path's last name is to be looked for: `filename_parentat`. */
export function lookupParent(world: World, task: Task, path: PathName): Verdict<Parent> {
  const begun = begin(world, task, path);
  return begun.ok ? walkParent(world, task, begun.value, path.text) : begun;
}

/** Is it `.` or `..`, which every directory has, or the root directory, which has no name? */
export function isNoName({ name, walk }: Parent): boolean {
  return name === "." || name === ".." || (name === "" && walk.isRooted);
}

/**
 * Is the last name one that can be made, removed or renamed, and neither a dot name nor where the path begins?
 *
 * @throws UsernsError ERR_SCENARIO where permission over the directory comes first that the mount stands in, and the
 *         task has not all of them
 */
export function isEntry(world: World, task: Task, { mount, name, walk }: Parent, errnos: NoEntryErrnos): Verdict {
  if (name === "." || name === "..") return deny(errnos[name], RULES.dotsAreNoEntry);
  if (name !== "") return allow();
  if (!walk.isRooted && errnos.top !== "EEXIST" && !isNsCapable(task.cred, world.initUserNs, "dac_override"))
    throw outside(mount, `the directory that ${mount.name} is mounted on, asked for by ${task.name}`);
  return deny(errnos.top, RULES.mountTop, `it is the top of ${mount.name}`);
}

/** Is nothing mounted there: `is_local_mountpoint`? @returns EBUSY */
export function isFree({ at }: Entry): Verdict {
  if (!at || at.inode !== at.mount.root) return allow();
  return deny("EBUSY", RULES.mountTop, `it is the top of ${at.mount.name}`);
}

/**
 * Look for the last name of a path, and follow no symbolic link: `lookup_one_qstr_excl`.
 *
 * @returns ENAMETOOLONG; that the name stands for nothing is a value
 */
export function lookupName(world: World, parent: Parent): Verdict<Entry> {
  const entry = findName(parent);
  if (entry.ok) noteReached(world, entry.value);
  return entry;
}

/**
 * Walk to the last name of a path, which need not exist: for open(2), which may make it where a symbolic link leads.
 *
 * @param beforeLast  what is asked once a directory is reached, before a last name is looked for in it
 */
export function lookupOpen(
  world: World,
  task: Task,
  path: PathName,
  last: LastLink,
  beforeLast: (parent: Parent) => Verdict = () => allow(),
): Verdict<Entry> {
  const begun = begin(world, task, path);
  if (!begun.ok) return begun;
  const walk = begun.value;
  let hasSlash = false;
  for (let { text } = path; ; ) {
    const reached = walkParent(world, task, walk, text);
    if (!reached.ok) return reached;
    hasSlash ||= reached.value.hasSlash;
    const parent = { ...reached.value, hasSlash };
    const asked = beforeLast(parent);
    if (!asked.ok) return asked;
    const entry = findName(parent);
    if (!entry.ok) return entry;
    const { at, name } = entry.value;
    if (at?.inode.type !== "symlink" || (last === "nofollow" && !hasSlash)) {
      noteReached(world, entry.value);
      return entry;
    }
    const target = followLink(world, task, walk, name, at.inode);
    if (!target.ok) return target;
    text = target.value;
  }
}

/** For who wants to know by what way a path led. */
function noteReached({ trail }: World, { directory, name, at }: Entry): void {
  if (at && name !== "" && name !== "." && name !== "..") trail?.reached(at, directory, name);
}

/** Deny a name that is not there: what removing, renaming and opening answer. */
export function noEntry({ name }: EntryName): Verdict<never> {
  return deny("ENOENT", RULES.entryExists, `there is no ${name}`);
}

/** Deny what is no directory and has a slash at its end. */
export function notDirectory({ name }: EntryName): Verdict<never> {
  return deny("ENOTDIR", RULES.slashIsDirectory, `${name} is no directory`);
}

/** Deny a name with a slash at its end, to a call that makes something else than a directory. */
export function notMade({ name }: EntryName, errno: Errno): Verdict<never> {
  return deny(errno, RULES.slashIsDirectory, `${name} would be no directory`);
}

/** A walk under way. */
interface Walk {
  /** Does it begin at a root directory, where .. stays? */
  readonly isRooted: boolean;
  tree: MountTree;
  /** What it led through, without {@link Walk.at}. */
  readonly above: Path[];
  at: Path;
  links: number;
}

function begin(world: World, task: Task, path: PathName): Verdict<Walk> {
  const start = startOf(world, task, path);
  if (!start.ok) return start;
  const named = path.text === "" ? allow() : getName(path.text);
  if (!named.ok) return named;
  const { at, tree } = start.value;
  const isRooted = path.from === null || "pid" in path.from;
  return allow({ isRooted, tree, above: [], at, links: 0 });
}

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
  // What is mounted on the root directory itself is not seen from there, only by way of "..".
  return allow({ at: { mount: tree.top, inode: tree.top.root }, tree });
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

/** Walk on, to the directory of the last of these names. */
function walkParent(world: World, task: Task, walk: Walk, text: string): Verdict<Parent> {
  const { above } = walk;
  const todo = namesIn(text);
  const parent = (name: string): Verdict<Parent> => {
    const { mount, inode: directory } = walk.at;
    return allow({ mount, directory, name, hasSlash: text.endsWith("/"), walk });
  };
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    const searched = search(world, task, walk.at);
    if (!searched.ok) return searched;
    if (todo.length === 0) return parent(name);
    if (name === ".") continue;
    if (name === "..") {
      walk.at = parentOf(walk);
      above.pop();
      continue;
    }
    const found = find(walk, name);
    if (!found.ok) return found;
    const { at } = found.value;
    if (!at) return deny("ENOENT", RULES.entryExists, `there is no ${name}`);
    if (at.inode.type === "symlink") {
      const target = followLink(world, task, walk, name, at.inode);
      if (!target.ok) return target;
      todo.unshift(...namesIn(target.value));
      continue;
    }
    world.trail?.reached(at, walk.at.inode, name);
    above.push(walk.at);
    walk.at = at;
  }
  return parent("");
}

/** The directory above the one that is reached, through what is mounted there. */
function parentOf({ above, at, isRooted, tree }: Walk): Path {
  const parent = above.at(-1) ?? (isRooted ? at : undefined);
  if (!parent) throw outside(at.mount, `".." at the top of ${at.mount.name}`);
  return tree.through(parent);
}

function findName({ mount, directory, name, hasSlash, walk }: Parent): Verdict<Entry> {
  const itself = (at: Path): Verdict<Entry> => allow({ mount, directory, name, hasSlash, inode: at.inode, at });
  if (name === "" || name === ".") return itself(walk.at);
  if (name === "..") return itself(parentOf(walk));
  const found = find(walk, name);
  return found.ok ? allow({ mount, directory, name, hasSlash, ...found.value }) : found;
}

/** What a name stands for in the directory that is reached, and where it leads. */
function find({ at, tree }: Walk, name: string): Verdict<Pick<Entry, "inode" | "at">> {
  const fits = nameFits(name);
  if (!fits.ok) return fits;
  const found = at.inode.superblock.operations?.lookup(at.inode, name) ?? allow();
  if (!found.ok) return found;
  at.inode.superblock.refresh?.(at.inode);
  const inode = at.inode.entries.get(name) ?? null;
  if (!inode && at.inode.superblock.hasNoFreeNames) return deny("ENOENT", RULES.entryExists, `there is no ${name}`);
  return allow({ inode, at: inode && tree.through({ mount: at.mount, inode }) });
}

/** Where a symbolic link leads, from the directory that is reached; an absolute one begins at the caller's root. */
function followLink(world: World, task: Task, walk: Walk, name: string, { target }: Inode): Verdict<string> {
  if (++walk.links > MAX_LINKS) return deny("ELOOP", RULES.linkLimit, `${name} is one more`);
  if (!target.startsWith("/")) return allow(target);
  if (!walk.isRooted) throw outside(walk.at.mount, `${name} → ${target}`);
  const own = startOf(world, task, { from: null, text: "" });
  if (!own.ok) return own;
  walk.at = own.value.at;
  walk.tree = own.value.tree;
  walk.above.length = 0;
  return allow(target);
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
