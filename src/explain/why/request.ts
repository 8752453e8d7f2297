import { type Extent, fits, lowerOf, type OwnerKind } from "../../core/index.ts";

/** `newuidmap 39984 0 100000 65536`, in the ways in which tools quote it. */
const COMMAND = /new([ug])idmap[`"']? (\d+) \[?((?:\d+[ ]+){2,}\d+)\]?/g;

/** `Failed to write mapping: 0 1000000 1000`, and a line each. */
const WRITTEN = /Failed to write mapping: ((?:\d+ \d+ \d+\s*)+)/;

/**
 * The map of a kind that a tool says it asked for, wherever in its log.
 *
 * @returns null where it does not say
 * @example requestIn("newuidmap 5 0 1000 1 1 100000 9", "uid")?.length // 2
 */
export function requestIn(text: string, kind: OwnerKind): readonly Extent[] | null {
  const command = Array.from(text.matchAll(COMMAND)).findLast(([, letter]) => letter === kind[0]);
  const numbers = (command?.[3] ?? WRITTEN.exec(text)?.[1])?.trim().split(/\s+/).map(Number) ?? [];
  if (numbers.length === 0 || numbers.length % 3 !== 0) return null;
  const extents: Extent[] = [];
  for (let at = 0; at < numbers.length; at += 3) {
    const [first = 0, lowerFirst = 0, count = 0] = numbers.slice(at, at + 3);
    const extent = { first, lowerFirst, count };
    if (!fits(extent) || !fits(lowerOf(extent))) return null;
    extents.push(extent);
  }
  return extents;
}
