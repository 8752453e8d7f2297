import { signed, type TsRival } from "./rival.ts";

/**
 * Up to two extents without a branch: the borrow of `(id - first) - count` is the range test, as a mask. Random ids
 * that are not mapped cost no mispredicted branch.
 */
const NOTHING = { first: 0, lowerFirst: 0, count: 0 };
let extents = [NOTHING, NOTHING];

/** All ones when x < y as unsigned numbers, else 0. */
const less = (x: number, y: number): number => ((~x & y) | ((~x | y) & (x - y))) >> 31;

function translate1(from: Int32Array, to: Int32Array, f: number, c: number, d: number): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    to[k] = (id + d) | ~less((id - f) | 0, c);
  }
}

function translate2(from: Int32Array, to: Int32Array, one: typeof NOTHING, two: typeof NOTHING): void {
  const f1 = one.first | 0;
  const c1 = one.count | 0;
  const d1 = (one.lowerFirst - one.first) | 0;
  const f2 = two.first | 0;
  const c2 = two.count | 0;
  const d2 = (two.lowerFirst - two.first) | 0;
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    to[k] = ((id + d1) | ~less((id - f1) | 0, c1)) & ((id + d2) | ~less((id - f2) | 0, c2));
  }
}

export const borrow: TsRival = {
  name: "borrow",
  load(_table, map) {
    if (!map || map.byFirst.length === 0 || map.byFirst.length > 2) return false;
    extents = [...map.byFirst];
    return true;
  },
  run(from, to) {
    const [one = NOTHING, two] = extents;
    if (two) translate2(signed(from), signed(to), one, two);
    else translate1(signed(from), signed(to), one.first | 0, one.count | 0, (one.lowerFirst - one.first) | 0);
  },
};
