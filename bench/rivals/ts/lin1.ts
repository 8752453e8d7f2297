import { signed, type TsRival } from "./rival.ts";

/** One extent, its three numbers in registers. */
let first = 0;
let count = 0;
let delta = 0;

function translate(from: Int32Array, to: Int32Array, f: number, c: number, d: number): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    to[k] = (id - f) >>> 0 < c ? (id + d) | 0 : -1;
  }
}

export const lin1: TsRival = {
  name: "lin1",
  load(_table, map) {
    const [only, ...more] = map?.byFirst ?? [];
    if (!only || more.length > 0) return false;
    first = only.first | 0;
    count = only.count;
    delta = (only.lowerFirst - only.first) | 0;
    return true;
  },
  run: (from, to) => translate(signed(from), signed(to), first, count, delta),
};
