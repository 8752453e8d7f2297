import { UsernsError } from "../core/errors.ts";
import type { Path } from "./mount.ts";
import { type Entry, noEntry, notDirectory } from "./path-entry.ts";
import type { PathName } from "./path-name.ts";
import { begin, findName, followLink, type Parent, walkParent } from "./path-walk.ts";
import type { Task } from "./task.ts";
import { allow, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** How the last name is taken when it is a symbolic link, and no slash follows it. */
export type LastLink = "follow" | "nofollow";

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

/** Refuse the link of a process to its root directory, where a call is for the link and not for what it leads to. */
export function requireFollowed({ from, text }: PathName): void {
  if (from !== null && "pid" in from && text === "")
    throw new UsernsError("ERR_SCENARIO", {
      where: `/proc/${from.name}/root`,
      expected: "a directory or a file: the link to a root directory is not modelled as a file of its own",
      got: "the link itself, which the call does not follow",
      fix: `write /proc/${from.name}/root/ for where it leads; proc_stat and proc_readlink ask about the link`,
    });
}

/** Walk to the directory in which a path's last name is to be looked for: `filename_parentat`. */
export function lookupParent(world: World, task: Task, path: PathName): Verdict<Parent> {
  const begun = begin(world, task, path);
  return begun.ok ? walkParent(world, task, begun.value, path.text) : begun;
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
  if (last === "nofollow") requireFollowed(path);
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
