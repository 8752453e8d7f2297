import { type AnyId, isId, MAX_ID } from "./id.ts";

/** The ids `[first, first + count)`. The end is never computed: it may be 2³². */
export interface Range {
  readonly first: AnyId;
  readonly count: number;
}

/** One line of an id map: the ids `[first, first + count)` inside are `[lowerFirst, lowerFirst + count)` below. */
export interface Extent extends Range {
  readonly lowerFirst: AnyId;
}

/** Is `id` one of the range's? {@link NO_ID} is in no range that {@link fits}. */
export function contains(range: Range, id: AnyId): boolean {
  return (id - range.first) >>> 0 < range.count;
}

/** The last id of a range that is not empty. */
export function lastOf(range: Range): AnyId {
  return (range.first + (range.count - 1)) >>> 0;
}

/** Does the range hold at least one id, and are all of them whole numbers from 0 to {@link MAX_ID}? */
export function fits({ first, count }: Range): boolean {
  return isId(first) && isId(count) && count > 0 && first <= MAX_ID && count - 1 <= MAX_ID - first;
}

/** The range from `first` to `last`, both in it; null when `last` lies below `first`. */
export function rangeBetween(first: AnyId, last: AnyId): Range | null {
  return last < first ? null : { first, count: last - first + 1 };
}

/** The ids that two ranges share, or null. */
export function overlapOf(a: Range, b: Range): Range | null {
  return a.count === 0 || b.count === 0
    ? null
    : rangeBetween(Math.max(a.first, b.first), Math.min(lastOf(a), lastOf(b)));
}

/** Does `a` hold every id of `b`? An empty range is held by all. */
export function covers(a: Range, b: Range): boolean {
  return b.count === 0 || (contains(a, b.first) && contains(a, lastOf(b)) && b.count <= a.count);
}

/** Does `b` begin right after the last id of `a`? */
export function adjoins(a: Range, b: Range): boolean {
  return a.count > 0 && b.count > 0 && lastOf(a) + 1 === b.first;
}

/** The lower side of an extent, as a range. */
export function lowerOf(extent: Extent): Range {
  return { first: extent.lowerFirst, count: extent.count };
}

/** The same extent read the other way. */
export function flip(extent: Extent): Extent {
  return { first: extent.lowerFirst, lowerFirst: extent.first, count: extent.count };
}

/**
 * The part of an extent whose inside ids lie in `range`, or null.
 *
 * @example cut({ first: 0, lowerFirst: 100000, count: 10 }, { first: 4, count: 2 }) // { first: 4, lowerFirst: 100004, count: 2 }
 */
export function cut(extent: Extent, range: Range): Extent | null {
  const shared = overlapOf(extent, range);
  return shared && { ...shared, lowerFirst: extent.lowerFirst + (shared.first - extent.first) };
}

/** What is left of an extent when the inside ids of `range` are taken out: nothing, one piece or two. */
export function cutOut(extent: Extent, range: Range): Extent[] {
  const shared = overlapOf(extent, range);
  if (!shared) return extent.count > 0 ? [extent] : [];
  const before = shared.first - extent.first;
  const after = lastOf(extent) - lastOf(shared);
  const pieces: Extent[] = [];
  if (before > 0) pieces.push({ ...extent, count: before });
  if (after > 0) {
    const skip = extent.count - after;
    pieces.push({ first: extent.first + skip, lowerFirst: extent.lowerFirst + skip, count: after });
  }
  return pieces;
}

/** A copy sorted by first inside id. */
export function sortedByFirst<R extends Range>(ranges: readonly R[]): R[] {
  return [...ranges].sort((a, b) => a.first - b.first);
}
