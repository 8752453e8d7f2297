import { CLASSICAL, contains, type Kuid64, overlapOf, type Range } from "../core/index.ts";
import { type Cred, type Inode, ROLES, type World } from "../kernel/index.ts";

const OWNER_KINDS = ["uid", "gid"] as const;

/** What still carries an id of a range, for messages. */
export interface Holder {
  readonly what: "process" | "open file" | "file" | "namespace";
  /** The process's name; `disk:dir/file`. */
  readonly name: string;
  /** `its pile`, `uid`, `gid`, `groups`, `uid_map` */
  readonly by: string;
}

/**
 * Everything of a world that carries an id of a range: no credential can be taken back from who has it, and a file keeps
 * its owner. Only when there is nothing may the range be somebody else's.
 *
 * @param isFileAsked  do files count too, and not just what goes when processes go?
 */
export function holdersOf(world: World, range: Range, isFileAsked: boolean): readonly Holder[] {
  return [...processHolders(world, range), ...(isFileAsked ? fileHolders(world, range) : [])];
}

function processHolders(world: World, range: Range): Holder[] {
  return [...world.tasks.values()]
    .filter(({ isZombie }) => !isZombie)
    .flatMap((task): Holder[] => {
      const own = whyHeld(task.cred, range);
      const opened = [...task.mapFiles.values()].map(({ opener }) => whyHeld(opener, range)).find((by) => by !== null);
      if (own !== null) return [{ what: "process", name: task.name, by: own }];
      return opened === undefined || opened === null ? [] : [{ what: "open file", name: task.name, by: opened }];
    });
}

function whyHeld(cred: Cred, range: Range): string | null {
  for (const kind of OWNER_KINDS) {
    if (ROLES.some((role) => isIn(range, cred[kind][role]))) return kind;
    for (const kid of cred.piles[kind]) if (isIn(range, kid)) return "its pile";
  }
  for (const kgid of cred.groups) if (isIn(range, kgid)) return "groups";
  for (const kind of OWNER_KINDS)
    for (const { lowerFirst, count } of cred.userNs.parent ? cred.userNs.maps[kind].extents : [])
      if (overlapOf(range, { first: lowerFirst, count })) return `${kind}_map`;
  return null;
}

function fileHolders(world: World, range: Range): Holder[] {
  const seen = new Set<Inode>();
  const visit = (inode: Inode, path: string): Holder[] => {
    if (seen.has(inode)) return [];
    seen.add(inode);
    const by = isIn(range, inode.uid) ? "uid" : isIn(range, inode.gid) ? "gid" : null;
    const own: Holder[] = by === null ? [] : [{ what: "file", name: path, by }];
    const below = [...inode.entries].flatMap(([name, entry]) =>
      visit(entry, path.endsWith(":") ? path + name : `${path}/${name}`),
    );
    return [...own, ...below];
  };
  return [...world.mounts.values()].flatMap(({ name, root }) => visit(root, `${name}:`));
}

function isIn(range: Range, kid: Kuid64): boolean {
  return kid.number === CLASSICAL && contains(range, kid.id);
}

/** @example showHolders([{ what: "process", name: "shell", by: "its pile" }]) // "process shell (its pile)" */
export function showHolders(holders: readonly Holder[]): string {
  const [first, ...others] = holders;
  if (!first) return "nobody";
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  return `${first.what} ${first.name} (${first.by})${more}`;
}
