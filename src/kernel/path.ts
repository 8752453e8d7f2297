import { UsernsError } from "../core/errors.ts";
import { isNsCapable } from "./capability.ts";
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

/** A path as a step names it. */
export interface PathName {
  readonly mount: Mount;
  /** Names below the mount's top, as written, slashes and all; none: the top itself. */
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
  /** The directories that the way led through, without this one. */
  readonly above: readonly Inode[];
}

/** A name that was looked for: what is made or removed there. */
export interface Entry extends EntryName {
  readonly hasSlash: boolean;
  /** What the name stands for now; null: nothing. */
  readonly inode: Inode | null;
}

const MAX_LINKS = 40;
/** `NAME_MAX`, in bytes. */
const MAX_NAME = 255;
/** `PATH_MAX` without the NUL that ends it, in bytes. */
const MAX_PATH = 4095;

/** How the last name is taken when it is a symbolic link, and no slash follows it. */
export type LastLink = "follow" | "nofollow";

function namesIn(text: string): string[] {
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
  const { mount, inode, hasSlash } = entry.value;
  if (!inode) return noEntry(entry.value);
  return hasSlash && inode.type !== "dir" ? notDirectory(entry.value) : allow({ mount, inode });
}

/** Walk to the directory in which a path's last name is to be looked for: `filename_parentat`. */
export function lookupParent(world: World, task: Task, path: PathName): Verdict<Parent> {
  const begun = begin(task, path);
  return begun.ok ? walkParent(world, task, begun.value, path.text) : begun;
}

/** Is it `.` or `..`, which every directory has? */
export function isDotName({ name }: EntryName): boolean {
  return name === "." || name === "..";
}

/**
 * Is the last name one that can be made, removed or renamed, and neither a dot name nor the top of a mount?
 *
 * @throws UsernsError ERR_SCENARIO where permission over the directory comes first that the mount stands in, and the
 *         task has not all of them
 */
export function isEntry(world: World, task: Task, { mount, name }: EntryName, errnos: NoEntryErrnos): Verdict {
  if (name === "") {
    if (errnos.top !== "EEXIST" && !isNsCapable(task.cred, world.initUserNs, "dac_override"))
      throw outside(mount, `the directory that ${mount.name} is mounted on, asked for by ${task.name}`);
    return deny(errnos.top, RULES.mountTop, `${mount.name} is the top of a mount`);
  }
  return name === "." || name === ".." ? deny(errnos[name], RULES.dotsAreNoEntry) : allow();
}

/**
 * Look for the last name of a path, and follow no symbolic link: `lookup_one_qstr_excl`.
 *
 * @returns ENAMETOOLONG; that the name stands for nothing is a value
 */
export function lookupName({ mount, directory, name, hasSlash, above }: Parent): Verdict<Entry> {
  const entry = (inode: Inode | null): Verdict<Entry> => allow({ mount, directory, name, hasSlash, inode });
  if (name === "" || name === ".") return entry(directory);
  if (name !== "..") {
    const found = find(directory, name);
    return found.ok ? entry(found.value) : found;
  }
  const parent = above.at(-1);
  if (!parent) throw outside(mount, `".." at the top of ${mount.name}`);
  return entry(parent);
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
  const begun = begin(task, path);
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
    const entry = lookupName(parent);
    if (!entry.ok) return entry;
    const { inode } = entry.value;
    if (inode?.type !== "symlink" || (last === "nofollow" && !hasSlash)) return entry;
    const target = followLink(walk, entry.value.name, inode);
    if (!target.ok) return target;
    text = target.value;
  }
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
  readonly mount: Mount;
  /** The directories that it led through, without {@link Walk.at}. */
  readonly above: Inode[];
  at: Inode;
  links: number;
}

function begin(task: Task, { mount, text }: PathName): Verdict<Walk> {
  if (mount.attachedIn && mount.attachedIn !== task.mountNs)
    throw outside(mount, `${mount.name} is not mounted in the mount namespace of ${task.name}`);
  if (mount.changedIn && mount.changedIn !== task.mountNs)
    throw new UsernsError("ERR_SCENARIO", {
      where: mount.name,
      expected:
        "flags that no other mount namespace changed: the model keeps one set of them for all copies of a mount",
      got: `flags of ${mount.name} that were changed in ${mount.changedIn.name}, for ${task.name} in ${task.mountNs.name}`,
    });
  const named = text === "" ? allow() : getName(text);
  return named.ok ? allow({ mount, above: [], at: mount.root, links: 0 }) : named;
}

/** Walk on, to the directory of the last of these names. */
function walkParent(world: World, task: Task, walk: Walk, text: string): Verdict<Parent> {
  const { mount, above } = walk;
  const todo = namesIn(text);
  const parent = (name: string): Verdict<Parent> =>
    allow({ mount, directory: walk.at, name, hasSlash: text.endsWith("/"), above: [...above] });
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    const searched = search(world, task, { mount, inode: walk.at });
    if (!searched.ok) return searched;
    if (todo.length === 0) return parent(name);
    if (name === ".") continue;
    if (name === "..") {
      const up = above.pop();
      if (!up) throw outside(mount, `".." at the top of ${mount.name}`);
      walk.at = up;
      continue;
    }
    const found = find(walk.at, name);
    if (!found.ok) return found;
    const next = found.value;
    if (!next) return deny("ENOENT", RULES.entryExists, `there is no ${name}`);
    if (next.type === "symlink") {
      const target = followLink(walk, name, next);
      if (!target.ok) return target;
      todo.unshift(...namesIn(target.value));
      continue;
    }
    above.push(walk.at);
    walk.at = next;
  }
  return parent("");
}

/** What a name stands for in a directory; null: nothing. */
function find(directory: Inode, name: string): Verdict<Inode | null> {
  const fits = nameFits(name);
  if (!fits.ok) return fits;
  const found = directory.superblock.operations?.lookup(directory, name) ?? allow();
  return found.ok ? allow(directory.entries.get(name) ?? null) : found;
}

/** Where a symbolic link leads. */
function followLink(walk: Walk, name: string, { target }: Inode): Verdict<string> {
  if (++walk.links > MAX_LINKS) return deny("ELOOP", RULES.linkLimit, `${name} is one more`);
  if (target.startsWith("/")) throw outside(walk.mount, `${name} → ${target}`);
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
