import type { Extent } from "../../../src/core/index.ts";
import { signed, type TsRival } from "./rival.ts";

/** Two extents, their six numbers in registers. */
let a: Extent = { first: 0, lowerFirst: 0, count: 0 };
let b: Extent = a;

function translate(from: Int32Array, to: Int32Array, one: Extent, two: Extent): void {
  const f1 = one.first | 0;
  const c1 = one.count;
  const d1 = (one.lowerFirst - one.first) | 0;
  const f2 = two.first | 0;
  const c2 = two.count;
  const d2 = (two.lowerFirst - two.first) | 0;
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    to[k] = (id - f1) >>> 0 < c1 ? (id + d1) | 0 : (id - f2) >>> 0 < c2 ? (id + d2) | 0 : -1;
  }
}

export const lin2: TsRival = {
  name: "lin2",
  load(_table, map) {
    const [one, two, ...more] = map?.byFirst ?? [];
    if (!one || !two || more.length > 0) return false;
    a = one;
    b = two;
    return true;
  },
  run: (from, to) => translate(signed(from), signed(to), a, b),
};
