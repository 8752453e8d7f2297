import {
  contains,
  type Extent,
  flip,
  type IdMap,
  idMap,
  type Kind,
  lastOf,
  lowerOf,
  MAX_ID,
  sortedByFirst,
} from "../core/index.ts";

/**
 * The smallest map that also holds `ids`: every line keeps where it goes, and the lines beside a gap grow into it until
 * they hold the ids there, each as far as costs the fewest ids. No id changes whom it becomes.
 *
 * Gaps are filled one after another; where the lines stand in another order below, an earlier one may take the room
 * there that a later one would need.
 *
 * @param reverse  `ids` are lower ids, and the lower sides grow
 * @returns        `map` itself when it holds them all; null when the lines cannot grow so far
 * @example        smallestFit(idMap([{ first: 0, lowerFirst: 100000, count: 1000 }]), [65534]).extents.map(showExtent) // ["0:100000:65535"]
 */
export function smallestFit<K extends Kind>(map: IdMap<K>, ids: Iterable<number>, reverse = false): IdMap<K> | null {
  const lines = sortedByFirst(reverse ? map.extents.map(flip) : map.extents);
  const missing = [...new Set(ids)].filter((id) => !lines.some((line) => contains(line, id))).sort((a, b) => a - b);
  if (missing.length === 0) return map;
  if ((missing.at(-1) ?? 0) > MAX_ID) return null;
  for (let at = 0, begin = 0; begin < missing.length; at++) {
    const [before, after] = [lines[at - 1], lines[at]];
    const end = after ? missing.findIndex((id, k) => k >= begin && id > after.first) : -1;
    const gap = missing.slice(begin, end < 0 ? missing.length : end);
    begin += gap.length;
    const parted = gap.length > 0 ? partGap(gap, before, after, lines) : null;
    if (gap.length > 0 && !parted) return null;
    if (parted?.before) lines[at - 1] = parted.before;
    if (parted?.after) lines[at] = parted.after;
  }
  return idMap(reverse ? lines.map(flip) : lines);
}

/** The lines beside a gap, grown. */
interface Grown {
  readonly before: Extent | undefined;
  readonly after: Extent | undefined;
}

/** The cheapest way to have the line before a gap hold its first ids, and the line after it the others. */
function partGap(
  gap: readonly number[],
  before: Extent | undefined,
  after: Extent | undefined,
  lines: readonly Extent[],
): Grown | null {
  const [above, below] = [before ? roomAbove(before, lines) : 0, after ? roomBelow(after, lines) : 0];
  // Neighbours below too: they grow into the same room.
  const isShared = before && after && after.lowerFirst - lastOf(lowerOf(before)) - 1 === above;
  let least = Number.POSITIVE_INFINITY;
  let cheapest: Grown | null = null;
  for (let held = 0; held <= gap.length; held++) {
    const up = before && held > 0 ? (gap[held - 1] ?? 0) - lastOf(before) : 0;
    const down = after && held < gap.length ? after.first - (gap[held] ?? 0) : 0;
    const isHeld = (before || held === 0) && (after || held === gap.length);
    const hasRoom = up <= above && down <= below && !(isShared && up + down > above);
    if (!isHeld || !hasRoom || up + down > least) continue;
    least = up + down;
    cheapest = { before: before && grownUp(before, up), after: after && grownDown(after, down) };
  }
  return cheapest;
}

/** Ids above a line's lower side that no other line has. */
function roomAbove(line: Extent, lines: readonly Extent[]): number {
  const last = lastOf(lowerOf(line));
  const starts = lines.map(({ lowerFirst }) => lowerFirst).filter((first) => first > last);
  return starts.reduce((least, first) => Math.min(least, first - 1), MAX_ID) - last;
}

/** Ids below it that no other line has. */
function roomBelow(line: Extent, lines: readonly Extent[]): number {
  const ends = lines.map((other) => lastOf(lowerOf(other)) + 1).filter((end) => end <= line.lowerFirst);
  return line.lowerFirst - ends.reduce((most, end) => Math.max(most, end), 0);
}

function grownUp(line: Extent, by: number): Extent {
  return { ...line, count: line.count + by };
}

function grownDown({ first, lowerFirst, count }: Extent, by: number): Extent {
  return { first: first - by, lowerFirst: lowerFirst - by, count: count + by };
}
