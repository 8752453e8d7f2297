import { isId, NO_ID, quoted, UsernsError } from "../core/index.ts";
import { MODE_BITS } from "../kernel/index.ts";
import type { ManifestEntry } from "./entry.ts";
import { canonicalPath, folderOf, orderOf } from "./path-text.ts";

/**
 * Who owns what in a tree: one entry a path, the root's among them, each path's folder before it.
 *
 * Made by {@link manifestOf} alone, so the same entries are the same manifest whatever order they came in.
 */
export interface Manifest {
  /** In the order of {@link comparePaths}; the root is the first. */
  readonly entries: readonly ManifestEntry[];
  readonly byPath: ReadonlyMap<string, ManifestEntry>;
}

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
  const fail = ({ path }: ManifestEntry, index: number, expected: string, got: string, fix?: string): UsernsError =>
    manifestFault(`${placeOf?.(index) ?? name}: ${quoted(path)}`, expected, got, fix);
  const placed = [...entries].map((entry, index) => {
    const path = canonicalPath(entry.path);
    if (path === null) throw fail(entry, index, "a path inside the tree", "one that leads out of it, or is none");
    if (!isOwner(entry.uid) || !isOwner(entry.gid))
      throw fail(entry, index, `owners from 0 to ${NO_ID - 1}`, `${entry.uid}:${entry.gid}`);
    if (!Number.isInteger(entry.mode) || (entry.mode & ~MODE_BITS) !== 0)
      throw fail(entry, index, "a mode from 0 to 07777", String(entry.mode));
    return { entry: path === entry.path ? entry : { ...entry, path }, index, order: orderOf(path) };
  });
  placed.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.index - b.index));
  const byPath = new Map<string, ManifestEntry>();
  for (const { entry, index } of placed) {
    if (byPath.has(entry.path)) throw fail(entry, index, "one entry for each path", "a second one");
    const folder = folderOf(entry.path);
    if (folder !== null && byPath.size === 0)
      throw manifestFault(name, "an entry for the root of the tree", "none", 'add one for the path "."');
    if (folder !== null && byPath.get(folder)?.type !== "dir")
      throw fail(
        entry,
        index,
        `an entry for its folder ${quoted(folder)}`,
        byPath.has(folder) ? "one that is no folder" : "none",
      );
    if (folder === null && entry.type !== "dir") throw fail(entry, index, "a folder at the root", entry.type);
    byPath.set(entry.path, entry);
  }
  if (byPath.size === 0) throw manifestFault(name, "an entry for the root of the tree", "no entry at all");
  numberGroups(byPath, name);
  return { entries: [...byPath.values()], byPath };
}

function isOwner(id: number): boolean {
  return isId(id) && id !== NO_ID;
}

/** Number hard-link groups in the order of the paths; a group of one path is none. */
function numberGroups(byPath: Map<string, ManifestEntry>, name: string): void {
  const groups = new Map<number, ManifestEntry[]>();
  for (const entry of byPath.values()) {
    if (entry.linkGroup === null) continue;
    const paths = groups.get(entry.linkGroup);
    if (paths) paths.push(entry);
    else groups.set(entry.linkGroup, [entry]);
  }
  let number = 0;
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    const other = others.find((entry) => said(entry) !== said(first));
    if (other)
      throw manifestFault(
        `${name}: ${quoted(other.path)}`,
        `the same type, mode, owners and attributes as ${quoted(first.path)}, with which it is one file`,
        "others",
      );
    const linkGroup = others.length > 0 ? ++number : null;
    for (const entry of [first, ...others]) byPath.set(entry.path, { ...entry, linkGroup });
  }
}

/** All that an entry says of its file. Keywords are left out: nobody here knows what they mean. */
function said(entry: ManifestEntry): string {
  const { path: _path, linkGroup: _group, keywords: _keywords, capability, xattrs, ...rest } = entry;
  const caps = capability && {
    ...capability,
    permitted: `${capability.permitted}`,
    inheritable: `${capability.inheritable}`,
  };
  const attributes = [...xattrs].map(([key, value]) => [key, [...value]]).sort();
  return JSON.stringify([rest, caps, attributes]);
}

/** Bad input about a manifest. */
export function manifestFault(where: string, expected: string, got: string, fix?: string): UsernsError {
  return new UsernsError("ERR_MANIFEST", { where, expected, got, ...(fix === undefined ? {} : { fix }) });
}
