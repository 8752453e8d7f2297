import { fillMaskedTrie, TRIE_SIZES } from "./masked-trie.ts";
import { signed, type TsRival } from "./rival.ts";

/** The masked trie over constants of the module, four ids a turn. */
const L1 = new Int32Array(TRIE_SIZES.pages);
const L2 = new Int32Array(TRIE_SIZES.blocks);
const L3 = new Int32Array(TRIE_SIZES.leaves);

function translate(from: Int32Array, to: Int32Array): void {
  const whole = from.length & ~3;
  for (let k = 0; k < whole; k += 4) {
    const i0 = from[k] ?? 0;
    const i1 = from[k + 1] ?? 0;
    const i2 = from[k + 2] ?? 0;
    const i3 = from[k + 3] ?? 0;
    const p0 = L1[i0 >>> 16] ?? 0;
    const p1 = L1[i1 >>> 16] ?? 0;
    const p2 = L1[i2 >>> 16] ?? 0;
    const p3 = L1[i3 >>> 16] ?? 0;
    const b0 = L2[(p0 >>> 8) + ((i0 >>> 8) & 255 & p0)] ?? 0;
    const b1 = L2[(p1 >>> 8) + ((i1 >>> 8) & 255 & p1)] ?? 0;
    const b2 = L2[(p2 >>> 8) + ((i2 >>> 8) & 255 & p2)] ?? 0;
    const b3 = L2[(p3 >>> 8) + ((i3 >>> 8) & 255 & p3)] ?? 0;
    const f0 = ((b0 >>> 8) + (i0 & 255 & b0)) << 1;
    const f1 = ((b1 >>> 8) + (i1 & 255 & b1)) << 1;
    const f2 = ((b2 >>> 8) + (i2 & 255 & b2)) << 1;
    const f3 = ((b3 >>> 8) + (i3 & 255 & b3)) << 1;
    to[k] = (i0 | (L3[f0] ?? 0)) + (L3[f0 + 1] ?? 0);
    to[k + 1] = (i1 | (L3[f1] ?? 0)) + (L3[f1 + 1] ?? 0);
    to[k + 2] = (i2 | (L3[f2] ?? 0)) + (L3[f2 + 1] ?? 0);
    to[k + 3] = (i3 | (L3[f3] ?? 0)) + (L3[f3 + 1] ?? 0);
  }
  for (let k = whole; k < from.length; k++) {
    const id = from[k] ?? 0;
    const page = L1[id >>> 16] ?? 0;
    const block = L2[(page >>> 8) + ((id >>> 8) & 255 & page)] ?? 0;
    const leaf = ((block >>> 8) + (id & 255 & block)) << 1;
    to[k] = (id | (L3[leaf] ?? 0)) + (L3[leaf + 1] ?? 0);
  }
}

export const trie2Const4: TsRival = {
  name: "trie2Const4",
  load: (table) => fillMaskedTrie(table, L1, L2, L3),
  run: (from, to) => translate(signed(from), signed(to)),
};
