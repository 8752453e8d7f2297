import { MOST_SEGMENTS, signed, type TsRival } from "./rival.ts";

/** The top 16 bits of an id give its page; a page knows its first and last segment, between which is searched. */
const LOW = new Uint16Array(65_536);
const HIGH = new Uint16Array(65_536);
const FIRSTS = new Uint32Array(MOST_SEGMENTS);
const PINS = new Int32Array(MOST_SEGMENTS);
const DELTAS = new Int32Array(MOST_SEGMENTS);

function translate(from: Uint32Array, to: Int32Array): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    let low = LOW[id >>> 16] ?? 0;
    let high = HIGH[id >>> 16] ?? 0;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((FIRSTS[middle] ?? 0) <= id) low = middle;
      else high = middle - 1;
    }
    to[k] = (id | (PINS[low] ?? 0)) + (DELTAS[low] ?? 0);
  }
}

export const pageTable: TsRival = {
  name: "page table",
  load(table) {
    if (table.length > MOST_SEGMENTS) return false;
    for (const [k, segment] of table.entries()) {
      FIRSTS[k] = segment.first;
      PINS[k] = segment.pin;
      DELTAS[k] = segment.delta;
    }
    let k = 0;
    const endOf = (index: number): number => table[index + 1]?.first ?? 2 ** 32;
    for (let page = 0; page < 65_536; page++) {
      while (endOf(k) <= page * 65_536) k++;
      LOW[page] = k;
      while (endOf(k) < (page + 1) * 65_536) k++;
      HIGH[page] = k;
    }
    return true;
  },
  run: (from, to) => translate(from, signed(to)),
};
