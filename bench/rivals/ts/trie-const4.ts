import type { SegmentTable } from "../../../src/core/index.ts";
import { MOST_SEGMENTS, signed, type TsRival } from "./rival.ts";

/**
 * A trie over the bits 16 / 8 / 8 without masks, over constants of the module, four ids a turn: every page has 256
 * blocks and every block 256 leaves, those within one segment shared. A leaf is the segment's index; the pins and
 * deltas of the segments fit into the first cache.
 */
const L1 = new Int32Array(65_536);
const L2 = new Int32Array(256 * 2 * MOST_SEGMENTS);
const L3 = new Uint16Array(256 * 2 * MOST_SEGMENTS);
const PINS = new Int32Array(MOST_SEGMENTS);
const DELTAS = new Int32Array(MOST_SEGMENTS);

function fill(table: SegmentTable): boolean {
  if (table.length > MOST_SEGMENTS) return false;
  for (const [k, segment] of table.entries()) {
    PINS[k] = segment.pin;
    DELTAS[k] = segment.delta;
    L2.fill(256 * k, 256 * k, 256 * (k + 1));
    L3.fill(k, 256 * k, 256 * (k + 1));
  }
  let usedBlocks = 256 * table.length;
  let usedLeaves = usedBlocks;
  let k = 0;
  const endOf = (index: number): number => table[index + 1]?.first ?? 2 ** 32;
  for (let page = 0; page < 65_536; page++) {
    const start = page * 65_536;
    while (endOf(k) <= start) k++;
    L1[page] = endOf(k) >= start + 65_536 ? 256 * k : usedBlocks;
    if (L1[page] !== usedBlocks) continue;
    if (usedBlocks + 256 > L2.length) return false;
    for (let block = start; block < start + 65_536; block += 256) {
      while (endOf(k) <= block) k++;
      if (endOf(k) >= block + 256) {
        L2[usedBlocks++] = 256 * k;
        continue;
      }
      if (usedLeaves + 256 > L3.length) return false;
      L2[usedBlocks++] = usedLeaves;
      for (let id = block; id < block + 256; id++) {
        while (endOf(k) <= id) k++;
        L3[usedLeaves++] = k;
      }
    }
  }
  return true;
}

function translate(from: Int32Array, to: Int32Array): void {
  const whole = from.length & ~3;
  for (let k = 0; k < whole; k += 4) {
    const i0 = from[k] ?? 0;
    const i1 = from[k + 1] ?? 0;
    const i2 = from[k + 2] ?? 0;
    const i3 = from[k + 3] ?? 0;
    const b0 = L2[(L1[i0 >>> 16] ?? 0) + ((i0 >>> 8) & 255)] ?? 0;
    const b1 = L2[(L1[i1 >>> 16] ?? 0) + ((i1 >>> 8) & 255)] ?? 0;
    const b2 = L2[(L1[i2 >>> 16] ?? 0) + ((i2 >>> 8) & 255)] ?? 0;
    const b3 = L2[(L1[i3 >>> 16] ?? 0) + ((i3 >>> 8) & 255)] ?? 0;
    const s0 = L3[b0 + (i0 & 255)] ?? 0;
    const s1 = L3[b1 + (i1 & 255)] ?? 0;
    const s2 = L3[b2 + (i2 & 255)] ?? 0;
    const s3 = L3[b3 + (i3 & 255)] ?? 0;
    to[k] = (i0 | (PINS[s0] ?? 0)) + (DELTAS[s0] ?? 0);
    to[k + 1] = (i1 | (PINS[s1] ?? 0)) + (DELTAS[s1] ?? 0);
    to[k + 2] = (i2 | (PINS[s2] ?? 0)) + (DELTAS[s2] ?? 0);
    to[k + 3] = (i3 | (PINS[s3] ?? 0)) + (DELTAS[s3] ?? 0);
  }
  for (let k = whole; k < from.length; k++) {
    const id = from[k] ?? 0;
    const block = L2[(L1[id >>> 16] ?? 0) + ((id >>> 8) & 255)] ?? 0;
    const segment = L3[block + (id & 255)] ?? 0;
    to[k] = (id | (PINS[segment] ?? 0)) + (DELTAS[segment] ?? 0);
  }
}

export const trieConst4: TsRival = {
  name: "trieConst4",
  load: fill,
  run: (from, to) => translate(signed(from), signed(to)),
};
