import { type Range, sortedByFirst } from "../core/index.ts";

/**
 * Every pair of holders that have an id in common, once, in the order in which they are given; found by a sweep over
 * their ranges in order.
 *
 * @param holders  each with the ranges that it holds; those of one holder are not compared with each other
 * @example pairsThatMeet([{ n: 1 }, { n: 2 }], () => [{ first: 5, count: 2 }]).length // 1
 */
export function pairsThatMeet<T>(
  holders: readonly T[],
  rangesOf: (holder: T) => readonly Range[],
): readonly (readonly [T, T])[] {
  const pieces = sortedByFirst(
    holders.flatMap((holder, index) => rangesOf(holder).map((range) => ({ ...range, index, holder }))),
  );
  const met = new Map<string, readonly [T, T]>();
  let open: typeof pieces = [];
  for (const piece of pieces) {
    open = open.filter(({ first, count }) => first + count > piece.first);
    for (const other of open) {
      if (other.index === piece.index) continue;
      const [a, b] = other.index < piece.index ? [other, piece] : [piece, other];
      met.set(`${a.index} ${b.index}`, [a.holder, b.holder]);
    }
    open.push(piece);
  }
  return [...met.values()];
}
