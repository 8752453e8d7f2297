import { fits, type IdMap, idMap, type OwnerKind, quoted, type Range, UsernsError } from "../core/index.ts";
import type { MapFormat } from "./format.ts";
import { badLines } from "./kept-lines.ts";
import { onePerKind, sameForBoth } from "./kindless.ts";
import { noLine } from "./no-line.ts";
import { parseSubid, type SubidFile } from "./subid.ts";

const EXAMPLE = "dockremap:100000:65536";

/**
 * Lines of /etc/subuid or /etc/subgid as the map that Docker's userns-remap makes of them: 0 inside is the first id
 * granted, and so on through every line of the owner.
 *
 * @source dockerd(8), "--userns-remap"; subuid(5)
 */
export const subidMap: MapFormat = {
  name: "subuid",
  title: "/etc/subuid and /etc/subgid, as userns-remap counts them",
  example: EXAMPLE,
  target: { maps: "process", limits: [{ limit: "gapless", source: "userns-remap counts the ids granted from 0 on" }] },
  recognises: (text) => /^[ \t]*[A-Za-z_][\w.$@\\-]*:\d+:\d+[ \t]*$/m.test(text) && !/^[ \t]*[bug]:/m.test(text),
  parse: (text, { where, user }) => {
    const file = parseSubid(text, where);
    const [bad] = badLines(file);
    if (bad) throw new UsernsError("ERR_MAP_TEXT", { where: bad.where, expected: "owner:first:count", got: bad.why });
    const owners = [...new Set(file.lines.flatMap(({ entry }) => (entry ? [entry.owner] : [])))];
    const owner = user?.name ?? owners[0];
    if (owner === undefined) throw noLine(where, EXAMPLE);
    if (!user && owners.length > 1)
      throw new UsernsError("ERR_MAP_TEXT", {
        where,
        expected: "the lines of one owner (--user says which)",
        got: `those of ${owners.map(quoted).join(", ")}`,
      });
    const ranges = grantedRanges(file, owner, ...(user ? [String(user.uid)] : []));
    if (ranges.length === 0)
      throw new UsernsError("ERR_MAP_TEXT", {
        where,
        expected: `a line of ${owner}, the user`,
        got: owners.length === 0 ? "none" : `those of ${owners.map(quoted).join(", ")}`,
      });
    return sameForBoth(countedFrom0(ranges, where), [
      `0 inside is the first id granted to ${owner}, as for Docker's userns-remap`,
    ]);
  },
  write: (maps, { user }) => onePerKind(maps, (map) => linesOf(map, user?.name ?? "dockremap")),
};

/**
 * The ranges that a file grants to an owner by this very name, in order.
 *
 * @throws UsernsError ERR_ID_RANGE for a range past the 32-bit ids
 */
export function grantedRanges(file: SubidFile, ...names: readonly string[]): readonly Range[] {
  return file.lines.flatMap(({ entry, line }) => {
    if (!entry || !names.includes(entry.owner)) return [];
    const range = { first: Number(entry.first), count: Number(entry.count) };
    if (fits(range)) return [range];
    throw new UsernsError("ERR_ID_RANGE", {
      where: line === null ? file.where : `${file.where}:${line}`,
      expected: "a range of 32-bit ids",
      got: `${entry.first}:${entry.count}`,
    });
  });
}

/** The map that counts ranges from 0 on. */
export function countedFrom0<K extends OwnerKind>(ranges: readonly Range[], where: string): IdMap<K> {
  let first = 0;
  const extents = ranges.map((range) => {
    const extent = { first, lowerFirst: range.first, count: range.count };
    first += range.count;
    return extent;
  });
  return idMap(extents, { where });
}

function linesOf(map: IdMap, owner: string): string {
  return [...map.byFirst].map(({ lowerFirst, count }) => `${owner}:${lowerFirst}:${count}`).join("\n");
}
