import { MOST_SEGMENTS, signed, type TsRival } from "./rival.ts";

/** A binary search over segments, holes among them, that always takes the same number of steps. */
const FIRSTS = new Uint32Array(2 * MOST_SEGMENTS);
const PINS = new Int32Array(2 * MOST_SEGMENTS);
const DELTAS = new Int32Array(2 * MOST_SEGMENTS);
let half = 0;

function translate(from: Uint32Array, to: Int32Array, top: number): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    let at = 0;
    for (let step = top; step > 0; step >>>= 1) at = (FIRSTS[at + step] ?? 0) <= id ? at + step : at;
    to[k] = (id | (PINS[at] ?? 0)) + (DELTAS[at] ?? 0);
  }
}

export const branchlessBsearch: TsRival = {
  name: "branchless bsearch",
  load(table) {
    if (table.length > MOST_SEGMENTS) return false;
    for (half = 1; 2 * half < table.length; half *= 2);
    // Beyond the table's end stands its last segment again: every step may look there.
    const last = table.at(-1);
    for (let k = 0; k < 2 * half; k++) {
      const segment = table[k] ?? last;
      FIRSTS[k] = segment?.first ?? 0;
      PINS[k] = segment?.pin ?? 0;
      DELTAS[k] = segment?.delta ?? 0;
    }
    return true;
  },
  run: (from, to) => translate(from, signed(to), half),
};
