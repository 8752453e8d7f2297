import { signed, type TsRival } from "./rival.ts";

/** One extent, four ids a turn. */
let first = 0;
let count = 0;
let delta = 0;

function translate(from: Int32Array, to: Int32Array, f: number, c: number, d: number): void {
  const whole = from.length & ~3;
  for (let k = 0; k < whole; k += 4) {
    const i0 = from[k] ?? 0;
    const i1 = from[k + 1] ?? 0;
    const i2 = from[k + 2] ?? 0;
    const i3 = from[k + 3] ?? 0;
    to[k] = (i0 - f) >>> 0 < c ? (i0 + d) | 0 : -1;
    to[k + 1] = (i1 - f) >>> 0 < c ? (i1 + d) | 0 : -1;
    to[k + 2] = (i2 - f) >>> 0 < c ? (i2 + d) | 0 : -1;
    to[k + 3] = (i3 - f) >>> 0 < c ? (i3 + d) | 0 : -1;
  }
  for (let k = whole; k < from.length; k++) {
    const id = from[k] ?? 0;
    to[k] = (id - f) >>> 0 < c ? (id + d) | 0 : -1;
  }
}

export const lin1x4: TsRival = {
  name: "lin1 x4",
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
