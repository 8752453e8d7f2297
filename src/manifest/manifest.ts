import { isId, NO_ID, quoted, UsernsError } from "../core/index.ts";
import { MODE_BITS } from "../kernel/index.ts";
import type { ManifestEntry } from "./entry.ts";
import { numberGroups } from "./link-groups.ts";
import { canonicalPath, comparePaths, folderOf, ROOT_PATH } from "./path-text.ts";

/**
 * Who owns what in a tree: one entry a path, the root's among them, each path's folder before it.
 *
 * Made by {@link manifestOf} alone, so the same entries are the same manifest whatever order they came in.
 */
export interface Manifest {
  /** In the order of {@link comparePaths}; the root is the first. */
  readonly entries: readonly ManifestEntry[];
  /** Made when it is asked for: to go through a tree of many paths nobody needs it. */
  readonly byPath: ReadonlyMap<string, ManifestEntry>;
}

class OrderedEntries implements Manifest {
  readonly entries: readonly ManifestEntry[];
  #byPath: ReadonlyMap<string, ManifestEntry> | null = null;

  constructor(entries: readonly ManifestEntry[]) {
    this.entries = entries;
  }

  get byPath(): ReadonlyMap<string, ManifestEntry> {
    this.#byPath ??= new Map(this.entries.map((entry) => [entry.path, entry]));
    return this.#byPath;
  }
}

/** Makes the error for an entry, by where it stands among those that were given. */
type Fail = (entry: ManifestEntry, index: number, expected: string, got: string) => UsernsError;

/**
 * Put entries in order, and hold them to what makes them a tree.
 *
 * @param name     of the manifest, for errors
 * @param placeOf  where the n-th entry given stands, for errors; its path is said beside it
 * @throws UsernsError ERR_MANIFEST for a path that is none, that is there twice or whose folder is not there, for ids
 *         and modes that are none, a manifest without a root, and paths of one file of which different things are said
 */
export function manifestOf(
  entries: Iterable<ManifestEntry>,
  name = "manifest",
  placeOf?: (index: number) => string,
): Manifest {
  const fail: Fail = ({ path }, index, expected, got) =>
    manifestFault(`${placeOf?.(index) ?? name}: ${quoted(path)}`, expected, got);
  const given: ManifestEntry[] = [];
  for (const entry of entries) given.push(checkedEntry(entry, given.length, fail));
  const { inOrder, indexes } = ordered(given);
  checkTree(inOrder, name, (entry, at, expected, got) => fail(entry, indexes?.[at] ?? at, expected, got));
  numberGroups(inOrder, (other, first) =>
    manifestFault(
      `${name}: ${quoted(other.path)}`,
      `the same type, mode, owners and attributes as ${quoted(first.path)}, with which it is one file`,
      "others",
    ),
  );
  return new OrderedEntries(inOrder);
}

function checkedEntry(entry: ManifestEntry, index: number, fail: Fail): ManifestEntry {
  const { uid, gid, mode } = entry;
  const path = canonicalPath(entry.path);
  if (path === null) throw fail(entry, index, "a path inside the tree", "one that leads out of it, or is none");
  if (!isOwner(uid) || !isOwner(gid)) throw fail(entry, index, `owners from 0 to ${NO_ID - 1}`, `${uid}:${gid}`);
  if (!Number.isInteger(mode) || (mode & ~MODE_BITS) !== 0)
    throw fail(entry, index, "a mode from 0 to 07777", String(mode));
  return path === entry.path ? entry : { ...entry, path };
}

function isOwner(id: number): boolean {
  return isId(id) && id !== NO_ID;
}

interface Ordered {
  readonly inOrder: ManifestEntry[];
  /** Where each of them was given; null: they were given in order. */
  readonly indexes: readonly number[] | null;
}

/** Of entries for one path the one given first stands first. */
function ordered(given: ManifestEntry[]): Ordered {
  const pathAt = (index: number): string => given[index]?.path ?? ROOT_PATH;
  if (given.every((_, index) => index === 0 || comparePaths(pathAt(index - 1), pathAt(index)) <= 0))
    return { inOrder: given, indexes: null };
  const indexes = given.map((_, index) => index).sort((a, b) => comparePaths(pathAt(a), pathAt(b)) || a - b);
  return { inOrder: indexes.flatMap((index) => given[index] ?? []), indexes };
}

/** A root, every path once, and each path's folder before it: of entries in order, the one that is still open. */
function checkTree(entries: readonly ManifestEntry[], name: string, fail: Fail): void {
  const open: string[] = [];
  let before: string | null = null;
  for (const [at, entry] of entries.entries()) {
    const { path, type } = entry;
    if (path === before) throw fail(entry, at, "one entry for each path", "a second one");
    const folder = folderOf(path);
    if (folder === null && type !== "dir") throw fail(entry, at, "a folder at the root", type);
    if (folder !== null && before === null)
      throw manifestFault(name, "an entry for the root of the tree", "none", 'add one for the path "."');
    while (folder !== null && open.length > 0 && open.at(-1) !== folder) open.pop();
    if (folder !== null && open.length === 0) {
      const isThere = entries.some((other) => other.path === folder);
      throw fail(entry, at, `an entry for its folder ${quoted(folder)}`, isThere ? "one that is no folder" : "none");
    }
    if (type === "dir") open.push(path);
    before = path;
  }
  if (before === null) throw manifestFault(name, "an entry for the root of the tree", "no entry at all");
}

/** Bad input about a manifest. */
export function manifestFault(where: string, expected: string, got: string, fix?: string): UsernsError {
  return new UsernsError("ERR_MANIFEST", { where, expected, got, ...(fix === undefined ? {} : { fix }) });
}
