import { segmentIndex } from "../../../src/core/index.ts";
import { fillMaskedTrie, TRIE_SIZES } from "./masked-trie.ts";
import { MOST_SEGMENTS, signed, type TsRival } from "./rival.ts";

/**
 * The masked trie with a memory: an id of the segment that the id before it was in is translated without a lookup.
 * The memory keeps the segment's first id and its last one less the first, so that a segment up to 2³² − 1 fits.
 */
const L1 = new Int32Array(TRIE_SIZES.pages);
const L2 = new Int32Array(TRIE_SIZES.blocks);
const L3 = new Int32Array(TRIE_SIZES.leaves);
const FIRSTS = new Int32Array(MOST_SEGMENTS);
const SPANS = new Uint32Array(MOST_SEGMENTS);
const PINS = new Int32Array(MOST_SEGMENTS);
const DELTAS = new Int32Array(MOST_SEGMENTS);

function translate(from: Int32Array, to: Int32Array, start: number): void {
  let first = FIRSTS[start] ?? 0;
  let span = SPANS[start] ?? 0;
  let pin = PINS[start] ?? 0;
  let delta = DELTAS[start] ?? 0;
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    if ((id - first) >>> 0 > span) {
      const page = L1[id >>> 16] ?? 0;
      const block = L2[(page >>> 8) + ((id >>> 8) & 255 & page)] ?? 0;
      const segment = L3[((block >>> 8) + (id & 255 & block)) << 1] ?? 0;
      first = FIRSTS[segment] ?? 0;
      span = SPANS[segment] ?? 0;
      pin = PINS[segment] ?? 0;
      delta = DELTAS[segment] ?? 0;
    }
    to[k] = (id | pin) + delta;
  }
}

let loaded: Parameters<TsRival["load"]>[0] = [];

export const lastConst: TsRival = {
  name: "lastConst",
  load(table) {
    if (table.length > MOST_SEGMENTS) return false;
    loaded = table;
    for (const [k, segment] of table.entries()) {
      FIRSTS[k] = segment.first;
      SPANS[k] = (table[k + 1]?.first ?? 2 ** 32) - segment.first - 1;
      PINS[k] = segment.pin;
      DELTAS[k] = segment.delta;
    }
    // The leaves hold segment indexes here, in the place of pins.
    const indexed = table.map((segment, k) => ({ ...segment, delta: k }));
    if (!fillMaskedTrie(indexed, L1, L2, L3)) return false;
    for (let leaf = 0; leaf < L3.length; leaf += 2) L3[leaf] = L3[leaf + 1] ?? 0;
    return true;
  },
  run: (from, to) => translate(signed(from), signed(to), segmentIndex(loaded, from[0] ?? 0)),
};
