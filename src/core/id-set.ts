import { covers, type Extent, lastOf, overlapOf, type Range, rangeBetween, sortedByFirst } from "./extent.ts";
import type { AnyId } from "./id.ts";

/** A set of ids: ranges that are not empty, sorted, and neither overlap nor adjoin. Made by {@link idSet}. */
export type IdSet = readonly Range[];

/**
 * The set that holds the ids of all `ranges`, given in any order. Empty ranges are left out.
 *
 * @example idSet([{ first: 5, count: 5 }, { first: 0, count: 5 }]) // [{ first: 0, count: 10 }]
 */
export function idSet(ranges: readonly Range[]): IdSet {
  const set: Range[] = [];
  for (const range of sortedByFirst(ranges)) {
    if (range.count <= 0) continue;
    const top = set.at(-1);
    if (top && range.first <= top.first + top.count) {
      const end = Math.max(top.first + top.count, range.first + range.count);
      set[set.length - 1] = { first: top.first, count: end - top.first };
    } else set.push({ first: range.first, count: range.count });
  }
  return set;
}

/** The set of single ids, in any order, repeated or not. */
export function idSetOf(ids: Iterable<AnyId>): IdSet {
  return idSet(Array.from(ids, (first) => ({ first, count: 1 })));
}

export function union(a: IdSet, b: IdSet): IdSet {
  return idSet([...a, ...b]);
}

/** The ids of `a` that `b` does not hold. */
export function subtract(a: IdSet, b: IdSet): IdSet {
  const left: Range[] = [];
  let at = 0;
  for (const range of a) {
    let first: number = range.first;
    const last = lastOf(range);
    for (let hole = b[at]; hole && hole.first <= last; hole = b[++at]) {
      const before = rangeBetween(first, hole.first - 1);
      if (before) left.push(before);
      first = Math.max(first, lastOf(hole) + 1);
      if (first > last) break;
    }
    const rest = rangeBetween(first, last);
    if (rest) left.push(rest);
  }
  return left;
}

/** The ids that both hold. */
export function intersect(a: IdSet, b: IdSet): IdSet {
  const shared: Range[] = [];
  for (let i = 0, j = 0; ; ) {
    const x = a[i];
    const y = b[j];
    if (!x || !y) return shared;
    const both = overlapOf(x, y);
    if (both) shared.push(both);
    if (lastOf(x) < lastOf(y)) i++;
    else j++;
  }
}

/** How many ids the set holds; up to 2³². */
export function sizeOf(set: IdSet): number {
  return set.reduce((sum, range) => sum + range.count, 0);
}

/** Does one range of the set hold all of `range`? One without ids is held by every set. */
export function holds(set: IdSet, range: Range): boolean {
  return range.count === 0 || set.some((held) => covers(held, range));
}

/** The lowest `count` ids of the set, or all of it where it holds fewer. */
export function takeFirst(set: IdSet, count: number): IdSet {
  const taken: Range[] = [];
  let left = count;
  for (const range of set) {
    if (left <= 0) break;
    taken.push({ first: range.first, count: Math.min(range.count, left) });
    left -= range.count;
  }
  return taken;
}

/** The largest id of the set that lies below `id`, or null. */
export function nextLower(set: IdSet, id: AnyId): AnyId | null {
  if (id === 0) return null;
  let lower: AnyId | null = null;
  for (const range of set) {
    const below = overlapOf(range, { first: 0, count: id });
    if (below) lower = lastOf(below);
  }
  return lower;
}

/**
 * Pair the ids of two sets in ascending order, as far as the shorter goes.
 *
 * @returns extents whose inside ids are `inside`'s and whose lower ids are `lower`'s
 * @example zip([{ first: 0, count: 3 }], [{ first: 10, count: 1 }, { first: 20, count: 9 }])
 *          // [{ first: 0, lowerFirst: 10, count: 1 }, { first: 1, lowerFirst: 20, count: 2 }]
 */
export function zip(inside: IdSet, lower: IdSet): Extent[] {
  const extents: Extent[] = [];
  let i = 0;
  let j = 0;
  let usedInside = 0;
  let usedLower = 0;
  for (;;) {
    const a = inside[i];
    const b = lower[j];
    if (!a || !b) return extents;
    const count = Math.min(a.count - usedInside, b.count - usedLower);
    extents.push({ first: a.first + usedInside, lowerFirst: b.first + usedLower, count });
    usedInside += count;
    usedLower += count;
    if (usedInside === a.count) {
      i++;
      usedInside = 0;
    }
    if (usedLower === b.count) {
      j++;
      usedLower = 0;
    }
  }
}
