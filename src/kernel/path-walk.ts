import type { Inode } from "./inode.ts";
import { inodePermission } from "./inode-permission.ts";
import type { Mount, Path } from "./mount.ts";
import type { MountTree } from "./mount-tree.ts";
import { type Entry, type LastName, noEntry } from "./path-entry.ts";
import { getName, nameFits, namesIn, type PathName } from "./path-name.ts";
import { outside, type Start, startOf, startThrough } from "./path-start.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "path_resolution(7)";

const RULES = ruleTable({
  searchPermission: { sentence: "Every directory on the way must be searchable (x) by the task.", source: SOURCE },
  notADirectory: { sentence: "Only a directory has entries.", source: `${SOURCE}: ENOTDIR` },
  linkLimit: { sentence: "At most 40 symbolic links are followed.", source: `${SOURCE}: ELOOP` },
});

const MAX_LINKS = 40;

/** A walk under way. */
export interface Walk {
  /** Does it begin at a root directory, where .. stays? */
  readonly isRooted: boolean;
  tree: MountTree<Mount>;
  /** What it led through, without {@link Walk.at}. */
  readonly above: Path[];
  at: Path;
  links: number;
}

/** Where the last name of a path is to be looked for: what `filename_parentat` finds. */
export interface Parent extends LastName {
  readonly walk: Walk;
}

/** Begin a walk. @returns EACCES, ENOENT, ENAMETOOLONG */
export function begin(world: World, task: Task, path: PathName): Verdict<Walk> {
  const start = startOf(world, task, path);
  if (!start.ok) return start;
  const named = path.text === "" ? allow() : getName(path.text);
  if (!named.ok) return named;
  const { at, tree } = start.value;
  const isRooted = path.from === null || "pid" in path.from;
  return allow({ isRooted, tree, above: [], at, links: 0 });
}

/** Walk on, to the directory of the last of these names. */
export function walkParent(world: World, task: Task, walk: Walk, text: string): Verdict<Parent> {
  const { above } = walk;
  const todo = namesIn(text);
  const parent = (name: string): Verdict<Parent> => {
    const { mount, inode: directory } = walk.at;
    return allow({ mount, directory, name, hasSlash: text.endsWith("/"), isRooted: walk.isRooted, walk });
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
    if (!at) return noEntry({ name });
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

/** What the last name stands for now. @returns ENAMETOOLONG; that it stands for nothing is a value */
export function findName({ mount, directory, name, hasSlash, walk }: Parent): Verdict<Entry> {
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
  if (!inode && at.inode.superblock.hasNoFreeNames) return noEntry({ name });
  return allow({ inode, at: inode && tree.through({ mount: at.mount, inode }) });
}

/**
 * Where a symbolic link leads, from the directory that is reached; an absolute one begins at the caller's root. Those of
 * processes lead there at once, and leave no names to walk.
 */
export function followLink(world: World, task: Task, walk: Walk, name: string, link: Inode): Verdict<string> {
  if (++walk.links > MAX_LINKS) return deny("ELOOP", RULES.linkLimit, `${name} is one more`);
  const { target } = link;
  const shown = link.superblock.processFile?.(link);
  if (shown) {
    const led = startThrough(world, task, shown, walk.tree);
    if (led.ok) jump(walk, led.value);
    return led.ok ? allow("") : led;
  }
  if (!target.startsWith("/")) return allow(target);
  if (!walk.isRooted) throw outside(walk.at.mount, `${name} → ${target}`);
  const own = startOf(world, task, { from: null, text: "" });
  if (!own.ok) return own;
  jump(walk, own.value);
  return allow(target);
}

function jump(walk: Walk, { at, tree }: Start): void {
  walk.at = at;
  walk.tree = tree;
  walk.above.length = 0;
}

function search(world: World, task: Task, path: Path): Verdict {
  if (path.inode.type !== "dir") return deny("ENOTDIR", RULES.notADirectory);
  const permitted = inodePermission(world, task.cred, path, MAY.exec);
  return permitted.ok
    ? permitted
    : { ...permitted, because: `${RULES.searchPermission.sentence} ${permitted.because}` };
}
