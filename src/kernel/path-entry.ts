import type { Errno } from "./errno.ts";
import type { Inode } from "./inode.ts";
import type { Mount, Path } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import { outside } from "./path-start.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "path_resolution(7)";

const RULES = ruleTable({
  entryExists: { sentence: "Every name on the way must exist.", source: `${SOURCE}: ENOENT` },
  slashIsDirectory: {
    sentence: "A name with a slash after it stands for a directory, and for none that a call makes but mkdir.",
    source: `${SOURCE}, Empty pathname and trailing slashes; vectors of this project, paths.json`,
  },
  dotsAreNoEntry: {
    sentence: ". and .. at the end of a path are no entries: nothing makes, removes or renames them.",
    source: "rmdir(2): EINVAL, ENOTEMPTY; rename(2): EBUSY; unlink(2): EISDIR; mkdir(2): EEXIST",
  },
  mountTop: {
    sentence: "The top of a mount is a directory in use, which is neither made, removed nor renamed.",
    source: "rmdir(2), rename(2): EBUSY; mkdir(2): EEXIST",
  },
});

/** A name in a directory. */
export interface EntryName {
  readonly mount: Mount;
  readonly directory: Inode;
  readonly name: string;
}

/** The last name of a path, and how it was come to. */
export interface LastName extends EntryName {
  /** Does a slash follow it? */
  readonly hasSlash: boolean;
  /** Does the path begin at a root directory, where .. stays? */
  readonly isRooted: boolean;
}

/** A name that was looked for: what is made or removed there. */
export interface Entry extends EntryName {
  readonly hasSlash: boolean;
  /** What the name stands for now; null: nothing. */
  readonly inode: Inode | null;
  /** What it leads to, through what is mounted there. */
  readonly at: Path | null;
}

/** What a call answers that makes, removes or renames an entry, to a last name that is none. */
export interface NoEntryErrnos {
  /** The top of a mount. */
  readonly top: Errno;
  readonly ".": Errno;
  readonly "..": Errno;
}

/** Is it `.` or `..`, which every directory has, or the root directory, which has no name? */
export function isNoName({ name, isRooted }: LastName): boolean {
  return name === "." || name === ".." || (name === "" && isRooted);
}

/**
 * Is the last name one that can be made, removed or renamed, and neither a dot name nor where the path begins?
 *
 * @throws UsernsError ERR_SCENARIO where permission over the directory comes first that the mount stands in, and the
 *         task has not all of them
 */
export function isEntry(world: World, task: Task, { mount, name, isRooted }: LastName, errnos: NoEntryErrnos): Verdict {
  if (name === "." || name === "..") return deny(errnos[name], RULES.dotsAreNoEntry);
  if (name !== "") return allow();
  if (!isRooted && errnos.top !== "EEXIST" && !isNsCapable(task.cred, world.initUserNs, "dac_override"))
    throw outside(mount, `the directory that ${mount.name} is mounted on, asked for by ${task.name}`);
  return deny(errnos.top, RULES.mountTop, `it is the top of ${mount.name}`);
}

/** Is nothing mounted there: `is_local_mountpoint`? @returns EBUSY */
export function isFree({ at }: Entry): Verdict {
  if (!at || at.inode !== at.mount.root) return allow();
  return deny("EBUSY", RULES.mountTop, `it is the top of ${at.mount.name}`);
}

/** Deny a name that is not there: what removing, renaming and opening answer. */
export function noEntry({ name }: Pick<EntryName, "name">): Verdict<never> {
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
