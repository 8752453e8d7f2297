import { applySegment, NO_ID } from "../../../src/core/index.ts";
import { signed, type TsRival } from "./rival.ts";

/** The value of every id up to the last mapped one, 4 bytes each; what lies above has one value. */
const MOST_IDS = 2 ** 24;
let values = new Int32Array(0);

function translate(from: Uint32Array, to: Int32Array, known: Int32Array, top: number, above: number): void {
  const whole = from.length & ~3;
  for (let k = 0; k < whole; k += 4) {
    const i0 = from[k] ?? 0;
    const i1 = from[k + 1] ?? 0;
    const i2 = from[k + 2] ?? 0;
    const i3 = from[k + 3] ?? 0;
    to[k] = i0 < top ? (known[i0] ?? 0) : above;
    to[k + 1] = i1 < top ? (known[i1] ?? 0) : above;
    to[k + 2] = i2 < top ? (known[i2] ?? 0) : above;
    to[k + 3] = i3 < top ? (known[i3] ?? 0) : above;
  }
  for (let k = whole; k < from.length; k++) {
    const id = from[k] ?? 0;
    to[k] = id < top ? (known[id] ?? 0) : above;
  }
}

export const directTable: TsRival = {
  name: "direct table",
  load(table) {
    const top = table.at(-1);
    if (!top || top.first > MOST_IDS || applySegment(top, MOST_IDS).id !== NO_ID) return false;
    values = new Int32Array(top.first);
    for (const [k, segment] of table.entries()) {
      const end = table[k + 1]?.first ?? segment.first;
      for (let id = segment.first; id < end; id++) values[id] = (id | segment.pin) + segment.delta;
    }
    return true;
  },
  run: (from, to) => translate(from, signed(to), values, values.length, -1),
};
