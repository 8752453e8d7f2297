import { signed, type TsRival } from "./rival.ts";

/** Two levels, 16 and 16 bits: a page that two segments share has its own 65536 leaves of pin and delta. */
const MOST_PAGES = 400;
const PAGES = new Int32Array(65_536);
let leaves = new Int32Array(0);

function translate(from: Int32Array, to: Int32Array, l2: Int32Array): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    const page = PAGES[id >>> 16] ?? 0;
    // An even entry is the place of a single leaf; an odd one that of 65536.
    const leaf = (page & ~1) + (((id & 0xffff) << 1) & -(page & 1));
    to[k] = (id | (l2[leaf] ?? 0)) + (l2[leaf + 1] ?? 0);
  }
}

export const leaf16: TsRival = {
  name: "leaf16",
  load(table) {
    const endOf = (index: number): number => table[index + 1]?.first ?? 2 ** 32;
    const shared = new Set(table.slice(1).flatMap(({ first }) => (first % 65_536 === 0 ? [] : [first >>> 16])));
    if (shared.size > MOST_PAGES) return false;
    leaves = new Int32Array(2 * (table.length + 65_536 * shared.size));
    for (const [k, segment] of table.entries()) {
      leaves[2 * k] = segment.pin;
      leaves[2 * k + 1] = segment.delta;
    }
    let used = 2 * table.length;
    let k = 0;
    for (let page = 0; page < 65_536; page++) {
      const start = page * 65_536;
      while (endOf(k) <= start) k++;
      if (!shared.has(page)) {
        PAGES[page] = 2 * k;
        continue;
      }
      PAGES[page] = used | 1;
      for (let id = start; id < start + 65_536; id++) {
        while (endOf(k) <= id) k++;
        leaves[used++] = table[k]?.pin ?? 0;
        leaves[used++] = table[k]?.delta ?? 0;
      }
    }
    return true;
  },
  run: (from, to) => translate(signed(from), signed(to), leaves),
};
