import type { Extent } from "../core/index.ts";
import type { PasswdEntry, SubidEntry } from "../formats/index.ts";
import type { SubidFiles } from "./get-subids.ts";
import { isOwnId, type MappedKind } from "./new-id-map-request.ts";
import { grantsTo, holdsId, lastHeld } from "./subid-grant.ts";

/**
 * The fewest ids that the user's subid file lacks for a map: one entry for each gap, in order of the ids.
 *
 * A line of the caller's own id alone needs none.
 */
export function missingEntries(
  kind: MappedKind,
  files: SubidFiles,
  user: PasswdEntry,
  extents: readonly Extent[],
): readonly SubidEntry[] {
  const held = grantsTo(kind === "uid" ? files.subuid : files.subgid, user, files.passwd).map(({ entry }) => entry);
  const missing: SubidEntry[] = [];
  const wanted = extents
    .filter((extent) => extent.count > 0 && !isOwnId(kind, user, extent))
    .sort((a, b) => a.lowerFirst - b.lowerFirst);
  for (const { lowerFirst, count } of wanted) {
    const end = BigInt(lowerFirst) + BigInt(count);
    for (let next = BigInt(lowerFirst); next < end; ) {
      const at = next;
      const holder = [...held, ...missing].find((entry) => holdsId(entry, at));
      if (holder) {
        next = lastHeld(holder) + 1n;
        continue;
      }
      const starts = held.map(({ first }) => first).filter((first) => first > at && first < end);
      const stop = starts.reduce((least, first) => (first < least ? first : least), end);
      const before = missing.at(-1);
      if (before && before.first + before.count === at)
        missing[missing.length - 1] = { ...before, count: stop - before.first };
      else missing.push({ owner: user.name, first: at, count: stop - at });
      next = stop;
    }
  }
  return missing;
}
