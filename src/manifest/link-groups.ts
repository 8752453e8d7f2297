import type { UsernsError } from "../core/index.ts";
import type { ManifestEntry } from "./entry.ts";

/**
 * Number hard-link groups in the order of the paths, in place; a group of one path is none.
 *
 * @param entries  in order
 * @param refuse   makes the error for a path of a file of which something else is said than at its first one
 * @throws what `refuse` makes
 */
export function numberGroups(
  entries: ManifestEntry[],
  refuse: (other: ManifestEntry, first: ManifestEntry) => UsernsError,
): void {
  const groups = new Map<number, number[]>();
  for (const [index, { linkGroup }] of entries.entries()) {
    if (linkGroup === null) continue;
    const indexes = groups.get(linkGroup);
    if (indexes) indexes.push(index);
    else groups.set(linkGroup, [index]);
  }
  let number = 0;
  for (const indexes of groups.values()) {
    const paths = indexes.flatMap((index) => entries[index] ?? []);
    checkSame(paths, refuse);
    const linkGroup = paths.length > 1 ? ++number : null;
    for (const [at, index] of indexes.entries()) {
      const entry = paths[at];
      if (entry && entry.linkGroup !== linkGroup) entries[index] = { ...entry, linkGroup };
    }
  }
}

function checkSame(
  [first, ...others]: readonly ManifestEntry[],
  refuse: (other: ManifestEntry, first: ManifestEntry) => UsernsError,
): void {
  if (first === undefined || others.length === 0) return;
  const wanted = said(first);
  const other = others.find((entry) => said(entry) !== wanted);
  if (other) throw refuse(other, first);
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
